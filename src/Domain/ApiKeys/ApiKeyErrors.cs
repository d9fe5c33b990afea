namespace Flownally.Domain.ApiKeys;

public sealed record ApiKeyNotFound(ApiKeyId Id) : Error("apiKeyNotFound", $"There is no key {Id} that could be revoked.");

/// <summary>The call does not say who it comes from in a way that can be believed.</summary>
public sealed record Unauthenticated : Error
{
    private Unauthenticated(string detail) : base("unauthenticated", detail)
    {
    }

    public static readonly Unauthenticated Missing =
        new("The call carries no key; send the header Authorization: Bearer fln_live_….");

    public static readonly Unauthenticated Malformed =
        new("The Authorization header does not hold a key; its form is Bearer fln_live_….");

    public static readonly Unauthenticated Unknown = new("The key is not known.");

    public static readonly Unauthenticated Expired = new("The key has expired.");

    public static readonly Unauthenticated Revoked = new("The key has been revoked.");
}

public sealed record ScopeMissing(string Scope) : Error("scopeMissing", $"The key lacks the scope {Scope}.");

public sealed record RoleNotAllowed(Role Role, IReadOnlyList<Role> Allowed) : Error("roleNotAllowed",
    $"This operation is for keys of the roles {Names(Allowed)}.")
{
    private static string Names(IReadOnlyList<Role> roles)
    {
        var names = roles.Select(role => role.Text()).ToList();
        return names.Count == 1 ? names[0] : $"{string.Join(", ", names[..^1])} and {names[^1]}";
    }
}
