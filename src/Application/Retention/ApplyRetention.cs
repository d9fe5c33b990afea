using MediatR;

namespace Flownally.Application.Retention;

/// <summary>Drops the months of events beyond the retention. The response is null where another process does this now.</summary>
public sealed record ApplyRetention : IRequest<RetentionOutcome?>;

/// <param name="Dropped">The months that were dropped, as in 2026-01, oldest first.</param>
/// <param name="Keys">How many idempotency keys were deleted.</param>
/// <param name="Obstacle">Why something beyond the retention is still there, in a sentence; null where nothing is.</param>
public sealed record RetentionOutcome(IReadOnlyList<string> Dropped, long Keys, string? Obstacle);

internal sealed class ApplyRetentionHandler(IRetention retention) : IRequestHandler<ApplyRetention, RetentionOutcome?>
{
    public Task<RetentionOutcome?> Handle(ApplyRetention request, CancellationToken cancellationToken) =>
        retention.ApplyAsync(cancellationToken);
}
