using Dapper;
using Flownally.Application;
using Microsoft.Extensions.Logging;

namespace Flownally.Infrastructure.Postgres;

/// <summary>
/// What must be true before the first statement of a process: a session is fit for this program, notifications arrive, and partitions
/// lie ahead. Checked once, by whichever call comes first after the database is there. Logs why the database cannot be worked with, once
/// for each reason.
/// </summary>
internal sealed partial class DatabaseReadiness(
    PrimarySessions sessions, NotificationCheck notifications, TimeProvider clock, ILogger<DatabaseReadiness> log) : IDisposable
{
    private const string Prepare = "SELECT verify_feed_clock(), create_event_partitions(@through)";

    /// <summary>How far ahead partitions are made; looked after daily, so that this is also the longest rest of the job.</summary>
    private const int MonthsAhead = 3;

    private readonly SemaphoreSlim _turn = new(1);
    private volatile bool _ready;
    private volatile string? _obstacle;

    /// <exception cref="DatabaseUnavailableException">The database cannot be worked with.</exception>
    public async ValueTask EnsureAsync(CancellationToken cancellationToken)
    {
        if (_ready)
        {
            return;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!_ready)
            {
                await PrepareAsync(cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Makes the partitions of the coming months, again and again over the life of a process.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await using var session = await sessions.OpenAsync(TenantScope.All, cancellationToken);
        var connection = session.Connection;
        if (!_ready)
        {
            await notifications.RequireAsync(connection, cancellationToken);
        }

        var through = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).AddMonths(MonthsAhead);
        await connection.ExecuteAsync(new CommandDefinition(Prepare, new { through }, commandTimeout: Database.LongestRead, cancellationToken: cancellationToken));
        _ready = true;
    }

    /// <summary>Takes note that a statement could not be run.</summary>
    public void Failed(DatabaseUnavailableException failure)
    {
        if (_obstacle != failure.Message)
        {
            _obstacle = failure.Message;
            LogObstacle(failure.Message, failure.InnerException?.Message);
        }
    }

    /// <summary>Takes note that a statement was run.</summary>
    public void Succeeded()
    {
        if (_obstacle is not null)
        {
            _obstacle = null;
            LogEnd();
        }
    }

    public void Dispose() => _turn.Dispose();

    [LoggerMessage(LogLevel.Warning, "{Obstacle} Calls are answered 503 until this has changed. Cause: {Cause}")]
    private partial void LogObstacle(string obstacle, string? cause);

    [LoggerMessage(LogLevel.Information, "The database can be worked with again.")]
    private partial void LogEnd();
}
