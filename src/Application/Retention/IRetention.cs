namespace Flownally.Application.Retention;

/// <summary>The months of events that lie beyond the retention, with their counts and keys.</summary>
public interface IRetention
{
    /// <summary>The months that <see cref="ApplyAsync"/> would drop, oldest first.</summary>
    /// <exception cref="DatabaseUnavailableException">The migrations have not been run.</exception>
    Task<IReadOnlyList<ExpiredMonth>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Drops these months while recording goes on. It can stop at any moment and start again.</summary>
    /// <returns>Null where another process does this now.</returns>
    /// <exception cref="DatabaseUnavailableException">The migrations have not been run.</exception>
    Task<RetentionOutcome?> ApplyAsync(CancellationToken cancellationToken);
}
