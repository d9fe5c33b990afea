using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Flownally.Domain.Journeys;

namespace Flownally.Api.Journeys;

/// <summary>The name of a state as a query parameter, spelt as in JSON. MVC would take numbers and other spellings, too.</summary>
public readonly record struct DeliveryStateName(DeliveryState Value) : IParsable<DeliveryStateName>
{
    private static readonly Dictionary<string, DeliveryState> States =
        Enum.GetValues<DeliveryState>().ToDictionary(state => JsonNamingPolicy.CamelCase.ConvertName(state.ToString()));

    public static DeliveryStateName Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var name) ? name : throw new FormatException($"The value is one of {string.Join(", ", States.Keys)}.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out DeliveryStateName result)
    {
        var parsed = States.TryGetValue(s ?? "", out var state);
        result = new DeliveryStateName(state);
        return parsed;
    }
}
