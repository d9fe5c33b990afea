using System.Diagnostics.CodeAnalysis;
using Flownally.Domain.Ids;

namespace Flownally.Domain.EventTypes;

/// <summary>The id of an event type: <c>evt-type_</c> and 26 characters (see <see cref="IdText"/>).</summary>
public readonly record struct EventTypeId(Guid Value) : IResourceId<EventTypeId>
{
    public const string Prefix = "evt-type_";

    public override string ToString() => IdText.Format(Prefix, Value);

    public static EventTypeId Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var id) ? id : throw IdText.Malformed("an event type", Prefix);

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out EventTypeId result)
    {
        var parsed = IdText.TryParse(Prefix, s, out var value);
        result = new EventTypeId(value);
        return parsed;
    }

    public static Error NotFound(string id) => new EventTypeNotFound(id);
}
