using System.Diagnostics.CodeAnalysis;
using Flownally.Domain.Ids;

namespace Flownally.Domain.Journeys;

/// <summary>The id of an entry into a journey: <c>ent_</c> and 26 characters (see <see cref="IdText"/>).</summary>
public readonly record struct JourneyEntryId(Guid Value) : IResourceId<JourneyEntryId>
{
    public const string Prefix = "ent_";

    public override string ToString() => IdText.Format(Prefix, Value);

    public static JourneyEntryId Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var id) ? id : throw IdText.Malformed("an entry", Prefix);

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out JourneyEntryId result)
    {
        var parsed = IdText.TryParse(Prefix, s, out var value);
        result = new JourneyEntryId(value);
        return parsed;
    }

    public static Error NotFound(string id) => new JourneyEntryNotFound(id);
}
