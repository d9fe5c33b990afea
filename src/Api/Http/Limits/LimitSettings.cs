using System.Globalization;
using Flownally.Application.Limits;
using Flownally.Domain.Tenants;
using Microsoft.Extensions.Options;

namespace Flownally.Api.Http.Limits;

/// <summary>Reads the section <c>Limits</c>. Each limit is a number, <c>none</c> or <c>default</c>, as on the command line.</summary>
internal static class LimitSettings
{
    private const string FailedPerSecond = "FailedAuthenticationsPerSecond";
    private const string FailedBurst = "FailedAuthenticationsBurst";

    /// <exception cref="OptionsValidationException">A setting has another value, or no limit has its name.</exception>
    public static void Read(IConfiguration section, LimitOptions options)
    {
        options.Tenants = options.Tenants.With(Enum.GetValues<TenantLimit>()
            .Select(limit => (Limit: limit, Setting: Find(section, limit.ToString())))
            .Where(found => !found.Setting.IsDefault)
            .ToDictionary(found => found.Limit, found => found.Setting.Value));

        var fallback = options.FailedAuthentications!.Value;
        var (rate, burst) = (Find(section, FailedPerSecond), Find(section, FailedBurst));
        options.FailedAuthentications = rate is { IsDefault: false, Value: null }
            ? null
            : new RateLimit(rate.Value ?? fallback.PerSecond, burst.Value ?? fallback.Burst);

        string[] names = [.. Enum.GetNames<TenantLimit>(), FailedPerSecond, FailedBurst];
        if (section.GetChildren().FirstOrDefault(setting => !names.Contains(setting.Key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            var known = string.Join(", ", names.Select(name => $"Limits__{name}"));
            throw Invalid($"Limits__{unknown.Key} is not a setting. There are {known}.");
        }
    }

    private static LimitSetting Find(IConfiguration section, string name) =>
        section[name] is not { } text ? new LimitSetting(IsDefault: true, Value: null)
        : LimitSetting.TryParse(text, CultureInfo.InvariantCulture, out var setting) ? setting
        : throw Invalid($"Limits__{name} is '{text}'; it must be a whole number from 1 to {TenantLimits.Max}, none, or default.");

    private static OptionsValidationException Invalid(string message) => new(nameof(LimitOptions), typeof(LimitOptions), [message]);
}
