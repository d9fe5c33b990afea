namespace Flownally.Domain.ApiKeys;

public sealed record ApiKeyNotFound(ApiKeyId Id) : Error("apiKeyNotFound", $"The key {Id} does not exist, or it is already revoked.");

/// <summary>The request does not carry a valid API key.</summary>
public sealed record Unauthenticated : Error
{
    private Unauthenticated(string detail) : base("unauthenticated", detail)
    {
    }

    public static readonly Unauthenticated Missing =
        new("The request has no API key. Send the header Authorization: Bearer fln_live_….");

    public static readonly Unauthenticated Malformed =
        new("The Authorization header does not contain an API key. Its form is Bearer fln_live_….");

    public static readonly Unauthenticated Unknown = new("The API key is unknown.");

    public static readonly Unauthenticated Expired = new("The API key has expired.");

    public static readonly Unauthenticated Revoked = new("The API key has been revoked.");
}

public sealed record ScopeMissing(string Scope) : Error("scopeMissing", $"The API key lacks the scope {Scope}.");

public sealed record RoleNotAllowed(Role Role, IReadOnlyList<Role> Allowed) : Error("roleNotAllowed",
    $"This operation requires an API key with the role {Names(Allowed)}.")
{
    private static string Names(IReadOnlyList<Role> roles)
    {
        var names = roles.Select(role => role.Text()).ToList();
        return names.Count == 1 ? names[0] : $"{string.Join(", ", names[..^1])} or {names[^1]}";
    }
}
