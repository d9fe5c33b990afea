using Dapper;
using Flownally.Application;
using Microsoft.Extensions.Logging;

namespace Flownally.Infrastructure.Postgres;

/// <summary>
/// Checks that must pass before the first statement of a process: a session fits this program, notifications arrive, and partitions for the
/// coming months exist. The first call after the database becomes available runs them. Each new reason for a failure is logged once.
/// </summary>
internal sealed partial class DatabaseReadiness(
    PrimarySessions sessions, NotificationCheck notifications, TimeProvider clock, ILogger<DatabaseReadiness> log) : IDisposable
{
    private const string Prepare = "SELECT verify_feed_clock(), create_event_partitions(@through)";

    /// <summary>Months ahead for which partitions exist. A daily job creates them, so the job may fail for this long.</summary>
    private const int MonthsAhead = 3;

    private readonly SemaphoreSlim _gate = new(1);
    private volatile bool _ready;
    private volatile string? _obstacle;

    /// <exception cref="DatabaseUnavailableException">The database is unavailable or unfit.</exception>
    public async ValueTask EnsureAsync(CancellationToken cancellationToken)
    {
        if (_ready)
        {
            return;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!_ready)
            {
                await PrepareAsync(cancellationToken);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Creates the partitions of the coming months; called daily.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await using var session = await sessions.OpenAsync(TenantScope.All, cancellationToken);
        var connection = session.Connection;
        if (!_ready)
        {
            await notifications.RequireAsync(connection, cancellationToken);
        }

        var through = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).AddMonths(MonthsAhead);
        await connection.ExecuteAsync(new CommandDefinition(
            Prepare, new { through }, commandTimeout: Database.ReadTimeoutSeconds, cancellationToken: cancellationToken));
        _ready = true;
    }

    /// <summary>Logs a new reason for failing statements.</summary>
    public void Failed(DatabaseUnavailableException failure)
    {
        if (_obstacle != failure.Message)
        {
            _obstacle = failure.Message;
            LogObstacle(failure.Message, failure.InnerException?.Message);
        }
    }

    /// <summary>Logs the end of an outage.</summary>
    public void Succeeded()
    {
        if (_obstacle is not null)
        {
            _obstacle = null;
            LogRecovery();
        }
    }

    public void Dispose() => _gate.Dispose();

    [LoggerMessage(LogLevel.Warning, "{Obstacle} Calls return 503 until this changes. Cause: {Cause}")]
    private partial void LogObstacle(string obstacle, string? cause);

    [LoggerMessage(LogLevel.Information, "The database is available again.")]
    private partial void LogRecovery();
}
