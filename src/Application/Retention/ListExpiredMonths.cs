using MediatR;

namespace Flownally.Application.Retention;

/// <summary>Lists the months that <see cref="ApplyRetention"/> would drop, oldest first.</summary>
public sealed record ListExpiredMonths : IRequest<IReadOnlyList<ExpiredMonth>>;

/// <param name="Month">As in 2026-01, UTC.</param>
/// <param name="Events">How many were recorded in it.</param>
public sealed record ExpiredMonth(string Month, long Events);

internal sealed class ListExpiredMonthsHandler(IRetention retention) : IRequestHandler<ListExpiredMonths, IReadOnlyList<ExpiredMonth>>
{
    public Task<IReadOnlyList<ExpiredMonth>> Handle(ListExpiredMonths request, CancellationToken cancellationToken) =>
        retention.ListAsync(cancellationToken);
}
