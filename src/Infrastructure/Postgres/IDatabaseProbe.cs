using Flownally.Application;

namespace Flownally.Infrastructure.Postgres;

/// <summary>Tells whether the database can be worked with.</summary>
public interface IDatabaseProbe
{
    /// <exception cref="DatabaseUnavailableException">It cannot be reached, or lacks migrations.</exception>
    Task CheckAsync(CancellationToken cancellationToken);
}
