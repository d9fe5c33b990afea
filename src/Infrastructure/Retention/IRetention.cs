using Flownally.Application;
using Npgsql;

namespace Flownally.Infrastructure.Retention;

/// <summary>Drops the months of events that lie beyond <see cref="RetentionOptions.Months"/>, with their counts and keys.</summary>
public interface IRetention
{
    /// <summary>What <see cref="ApplyAsync"/> would drop, oldest first.</summary>
    /// <exception cref="DatabaseUnavailableException">The migrations have not been run.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    Task<IReadOnlyList<ExpiredMonth>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Drops them, while recording goes on. It may be ended at any moment and begun again.</summary>
    /// <returns>Null where another process is at it.</returns>
    /// <exception cref="DatabaseUnavailableException">The migrations have not been run.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    Task<RetentionOutcome?> ApplyAsync(CancellationToken cancellationToken);
}

/// <param name="Month">As in 2026-01, UTC.</param>
/// <param name="Events">How many were recorded in it.</param>
public sealed record ExpiredMonth(string Month, long Events);

/// <param name="Dropped">The months that went, as in 2026-01, oldest first.</param>
/// <param name="Keys">How many idempotency keys were deleted.</param>
/// <param name="Obstacle">Why something beyond the retention is still there, in a sentence; null where nothing is.</param>
public sealed record RetentionOutcome(IReadOnlyList<string> Dropped, long Keys, string? Obstacle);
