using MediatR;

namespace Flownally.Application.Retention;

/// <summary>Lists the months that <see cref="ApplyRetention"/> would delete, oldest first.</summary>
public sealed record ListExpiredMonths : IRequest<IReadOnlyList<ExpiredMonth>>;

/// <param name="Month">The month in UTC, such as 2026-01.</param>
/// <param name="Events">The number of events recorded in the month.</param>
public sealed record ExpiredMonth(string Month, long Events);

internal sealed class ListExpiredMonthsHandler(IRetention retention) : IRequestHandler<ListExpiredMonths, IReadOnlyList<ExpiredMonth>>
{
    public Task<IReadOnlyList<ExpiredMonth>> Handle(ListExpiredMonths request, CancellationToken cancellationToken) =>
        retention.ListAsync(cancellationToken);
}
