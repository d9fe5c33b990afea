using Flownally.Infrastructure.Postgres;
using Microsoft.Extensions.Options;

namespace Flownally.Api.Configuration;

/// <summary>The settings <c>ConnectionStrings__…</c>. A malformed one is found before anything starts, and told without its value, which may hold a password.</summary>
internal static class ConnectionSettings
{
    /// <returns>Null where nothing is set.</returns>
    /// <exception cref="OptionsValidationException">It is no connection string, or has a keyword or a value that Npgsql does not take.</exception>
    public static string? Find(IConfiguration configuration, string name)
    {
        var value = configuration.GetConnectionString(name);
        return value is null || ConnectionStrings.IsUsable(value)
            ? value
            : throw new OptionsValidationException(name, typeof(string),
                [$"ConnectionStrings__{name} is not a connection string of PostgreSQL, such as Host=db.example.com;Database=flownally;Username=flownally;Password=…"]);
    }
}
