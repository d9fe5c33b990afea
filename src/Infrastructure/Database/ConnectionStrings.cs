using Npgsql;

namespace Flownally.Infrastructure.Database;

/// <summary>How the API connects, given how the owner of the tables does.</summary>
internal static class ConnectionStrings
{
    /// <summary>
    /// The session begins as <see cref="Migrator.ApiRole"/> and gives up early, so that a call is answered
    /// while its caller still waits, and an abandoned transaction cannot hold back the feed.
    /// </summary>
    public static string ForApi(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        ApplicationName = "flownally",
        Options = $"-c role={Migrator.ApiRole} -c idle_in_transaction_session_timeout=10s -c statement_timeout=30s",
        MaxAutoPrepare = 50,
        Timeout = 5,
        CommandTimeout = 15,
        ReadBufferSize = 32 * 1024, // a page of a list arrives whole, not in several turns
    }.ConnectionString;
}
