using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Flownally.Domain.Ids;

namespace Flownally.Domain.Contacts;

/// <summary>
/// The id of a contact in the system that owns it: 1 to 128 characters of <c>A-Z a-z 0-9 _ . : @ + | ~ = -</c>,
/// compared character by character.
/// <c>.</c> and <c>..</c> are not allowed: clients remove them from a path, so the request would reach another URL.
/// </summary>
public readonly record struct ContactId : IResourceId<ContactId>
{
    public const int MaxLength = 128;

    /// <summary>The rule in words, for error messages.</summary>
    public const string Rule = "1 to 128 characters of A-Z a-z 0-9 _ . : @ + | ~ = -; '.' and '..' alone are not allowed";

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:@+|~=-");

    private readonly string? _value;

    private ContactId(string value) => _value = value;

    public string Value => _value ?? throw new InvalidOperationException("An empty contact id.");

    public override string ToString() => Value;

    public static ContactId Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"A contact id has {Rule}.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ContactId result)
    {
        var parsed = s is { Length: >= 1 and <= MaxLength } and not ("." or "..") && !s.AsSpan().ContainsAnyExcept(Allowed);
        result = parsed ? new ContactId(s!) : default;
        return parsed;
    }

    /// <summary>Reads an id from the database without a check: the rule may have been wider when the id was accepted.</summary>
    public static ContactId Stored(string value) => new(value);

    public static Error NotFound(string id) => new ContactNotFound(id, $"No contact can have this id: a contact id has {Rule}.");
}
