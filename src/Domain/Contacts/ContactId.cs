using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Flownally.Domain.Ids;

namespace Flownally.Domain.Contacts;

/// <summary>
/// A contact's id, given by whichever system owns the contact:
/// 1 to 128 characters of <c>A-Z a-z 0-9 _ . : @ + | ~ = -</c>, compared character by character.
/// <c>.</c> and <c>..</c> are no ids: clients fold them out of a path, so a call about such a contact would reach another address.
/// </summary>
public readonly record struct ContactId : IResourceId<ContactId>
{
    public const int MaxLength = 128;

    /// <summary>What a contact id is, in words for a person who sent another thing.</summary>
    public const string Rule = "1 to 128 characters of A-Z a-z 0-9 _ . : @ + | ~ = -; '.' and '..' alone are not allowed";

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:@+|~=-");

    private readonly string? _value;

    private ContactId(string value) => _value = value;

    public string Value => _value ?? throw new InvalidOperationException("An empty contact id.");

    public override string ToString() => Value;

    public static ContactId Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"A contact id is {Rule}.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ContactId result)
    {
        var parsed = s is { Length: >= 1 and <= MaxLength } and not ("." or "..") && !s.AsSpan().ContainsAnyExcept(Allowed);
        result = parsed ? new ContactId(s!) : default;
        return parsed;
    }

    /// <summary>An id that was accepted once, whatever the rule is today.</summary>
    public static ContactId Stored(string value) => new(value);

    public static Error NotFound(string id) => new ContactNotFound(id, $"No contact has such an id: a contact id is {Rule}.");
}
