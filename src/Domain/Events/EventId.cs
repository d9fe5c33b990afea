using System.Diagnostics.CodeAnalysis;
using Flownally.Domain.Ids;

namespace Flownally.Domain.Events;

/// <summary>The id of an event: <c>evt_</c> and 26 characters (see <see cref="IdText"/>).</summary>
public readonly record struct EventId(Guid Value) : IResourceId<EventId>
{
    public const string Prefix = "evt_";

    public override string ToString() => IdText.Format(Prefix, Value);

    public static EventId Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var id) ? id : throw IdText.Malformed("an event", Prefix);

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out EventId result)
    {
        var parsed = IdText.TryParse(Prefix, s, out var value);
        result = new EventId(value);
        return parsed;
    }

    public static Error NotFound(string id) => new EventNotFound(id);
}
