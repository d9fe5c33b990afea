using MediatR;

namespace Flownally.Application.Retention;

/// <summary>Deletes the months of events beyond the retention. The response is null if another process is doing so.</summary>
public sealed record ApplyRetention : IRequest<RetentionOutcome?>;

/// <param name="Dropped">The deleted months, such as 2026-01, oldest first.</param>
/// <param name="Keys">The number of deleted idempotency keys.</param>
/// <param name="Obstacle">A sentence about the reason why expired data remain; null if none remain.</param>
public sealed record RetentionOutcome(IReadOnlyList<string> Dropped, long Keys, string? Obstacle);

internal sealed class ApplyRetentionHandler(IRetention retention) : IRequestHandler<ApplyRetention, RetentionOutcome?>
{
    public Task<RetentionOutcome?> Handle(ApplyRetention request, CancellationToken cancellationToken) =>
        retention.ApplyAsync(cancellationToken);
}
