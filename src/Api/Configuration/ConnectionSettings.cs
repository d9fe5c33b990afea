using Flownally.Infrastructure.Postgres;
using Microsoft.Extensions.Options;

namespace Flownally.Api.Configuration;

/// <summary>
/// The settings <c>ConnectionStrings__…</c>. A malformed one is refused before anything starts. The message omits the value, which may
/// contain a password.
/// </summary>
internal static class ConnectionSettings
{
    /// <summary>The server to use; without it the embedded server is used.</summary>
    public const string Service = "Flownally";

    /// <summary>The account that owns the tables, if it is another one.</summary>
    public const string Owner = "FlownallyOwner";

    private const string Section = "ConnectionStrings";

    private static readonly string[] Names = [Service, Owner];

    /// <returns>Null if the setting is absent.</returns>
    /// <exception cref="OptionsValidationException">The value is not a connection string, or Npgsql refuses a keyword or a
    /// value.</exception>
    public static string? Find(IConfiguration configuration, string name)
    {
        var value = configuration.GetConnectionString(name);
        return value is null || ConnectionStrings.IsUsable(value)
            ? value
            : throw new OptionsValidationException(name, typeof(string),
                [$"{Section}__{name} is not a connection string of PostgreSQL, such as "
                    + "Host=db.example.com;Database=flownally;Username=flownally;Password=…"]);
    }

    /// <summary>Finds unknown names: with a misspelt name the embedded server would be used instead.</summary>
    /// <returns>A sentence for each unknown setting.</returns>
    public static IEnumerable<string> FindUnknown(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        return section.GetChildren().Where(setting => !Names.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
            .Select(setting => SettingsSection.Unknown(setting, [.. Names.Select(name => $"{Section}__{name}")]));
    }
}
