using Flownally.Application;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.Retention;

/// <summary>
/// Deletes attempts older than <see cref="Kept"/> in steps, while webhooks are sent. Any number of processes may do so at once.
/// </summary>
internal sealed class AttemptRetention(Database database, TimeProvider clock)
{
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>The size of a step, which is one short transaction.</summary>
    public const int StepSize = 5_000;

    private const string Delete = """
        DELETE FROM journey_attempts
        WHERE  (tenant_id, journey_id, entry_id, at) IN (
            SELECT tenant_id, journey_id, entry_id, at
            FROM   journey_attempts
            WHERE  at < @before
            ORDER  BY at
            LIMIT  @limit
            FOR    UPDATE SKIP LOCKED)
        """;

    /// <returns>The number of deleted attempts.</returns>
    /// <exception cref="DatabaseUnavailableException">The database became unavailable; the attempts deleted so far stay
    /// deleted.</exception>
    public async Task<long> ApplyAsync(CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - Kept;
        for (var deleted = 0L; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var step = await database.ExecuteAsync(TenantScope.All, Delete, new { before, limit = StepSize }, cancellationToken);
            deleted += step;
            if (step < StepSize)
            {
                return deleted;
            }
        }
    }
}
