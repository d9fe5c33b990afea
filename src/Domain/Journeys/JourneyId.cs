using System.Diagnostics.CodeAnalysis;
using Flownally.Domain.Ids;

namespace Flownally.Domain.Journeys;

/// <summary>The id of a journey: <c>jrn_</c> and 26 characters (see <see cref="IdText"/>).</summary>
public readonly record struct JourneyId(Guid Value) : IResourceId<JourneyId>
{
    public const string Prefix = "jrn_";

    public override string ToString() => IdText.Format(Prefix, Value);

    public static JourneyId Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var id) ? id : throw IdText.Malformed("a journey", Prefix);

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out JourneyId result)
    {
        var parsed = IdText.TryParse(Prefix, s, out var value);
        result = new JourneyId(value);
        return parsed;
    }

    public static Error NotFound(string id) => new JourneyNotFound(id);
}
