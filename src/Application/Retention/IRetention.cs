namespace Flownally.Application.Retention;

/// <summary>Deletes the months of events beyond the retention, with their counts and idempotency keys.</summary>
public interface IRetention
{
    /// <summary>The months that <see cref="ApplyAsync"/> would delete, oldest first.</summary>
    /// <exception cref="DatabaseUnavailableException">The migrations have not been run.</exception>
    Task<IReadOnlyList<ExpiredMonth>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Deletes these months while recording continues. It can be interrupted and repeated at any time.</summary>
    /// <returns>Null if another process is doing so.</returns>
    /// <exception cref="DatabaseUnavailableException">The migrations have not been run.</exception>
    Task<RetentionOutcome?> ApplyAsync(CancellationToken cancellationToken);
}
