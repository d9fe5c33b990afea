using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Flownally.Domain.Tenants;

/// <summary>The setting of a limit: a number from 1 to <see cref="TenantLimits.Max"/>, <c>none</c>, or <c>default</c>.</summary>
/// <param name="IsDefault">Whether the default of all tenants applies.</param>
/// <param name="Value">Null means no limit.</param>
public readonly record struct LimitSetting(bool IsDefault, int? Value) : IParsable<LimitSetting>
{
    public static LimitSetting Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var setting) ? setting : throw new FormatException($"'{s}' is not a limit.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out LimitSetting result)
    {
        var isNumber = int.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        result = new LimitSetting(s == "default", isNumber ? number : null);
        return isNumber ? number is >= 1 and <= TenantLimits.Max : s is "none" or "default";
    }
}
