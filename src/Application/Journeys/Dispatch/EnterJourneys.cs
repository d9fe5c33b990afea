using Flownally.Application.Feed;
using Flownally.Domain;
using Flownally.Domain.Tenants;
using MediatR;
using Microsoft.Extensions.Options;

namespace Flownally.Application.Journeys.Dispatch;

/// <summary>Lets contacts enter the journeys that react to the next events of the feed, whichever tenant's.</summary>
/// <param name="Stored">Where the stored cursor stands.</param>
/// <param name="Place">Where to read on: there, or later where nothing in between was worth storing.</param>
public sealed record EnterJourneys(DispatchCursor Stored, FeedPlace Place) : IRequest<Result<EnteredJourneys>>;

/// <param name="Stored">Where the stored cursor stands now.</param>
/// <param name="Place">Where to read on.</param>
/// <param name="Due">Whom webhooks are to tell of, in the order of the feed.</param>
/// <param name="Behind">Tenants that fell behind.</param>
/// <param name="FailedFilters">Journeys whose filters could not be checked.</param>
/// <param name="Events">How many events were read.</param>
/// <param name="More">Whether more may be read already.</param>
public sealed record EnteredJourneys(DispatchCursor Stored, FeedPlace Place, IReadOnlyList<DueEntry> Due, IReadOnlyList<Backlog> Behind,
    IReadOnlyList<FailedFilter> FailedFilters, int Events, bool More);

internal sealed class EnterJourneysHandler(IJourneyDispatch dispatch, IOptions<JourneyShareOptions> share, TimeProvider clock)
    : IRequestHandler<EnterJourneys, Result<EnteredJourneys>>
{
    /// <summary>Events in one step.</summary>
    public const int PageSize = JourneyStep.Most;

    public async Task<Result<EnteredJourneys>> Handle(EnterJourneys request, CancellationToken cancellationToken)
    {
        var page = await dispatch.ReadAsync(request.Place, PageSize, cancellationToken);
        var step = new JourneyStep(request.Stored.LastEntry, share.Value, clock);
        var behind = new Dictionary<TenantId, Backlog>();
        foreach (var asked in page.Asked)
        {
            if (step.HasUsedUp(asked.TenantId))
            {
                behind.TryAdd(asked.TenantId, step.BacklogOf(asked.TenantId));
                continue;
            }

            step.Match(asked, cancellationToken);
            if (step.IsFull)
            {
                page = page with { Through = asked.Place, More = true };
                break;
            }
        }

        // A move without entries is only worth storing now and then: what it passes would be read again, to no effect.
        if (step is { Entries.Count: 0, FailedFilters.Count: 0 } && behind.Count == 0 && !page.More)
        {
            return new EnteredJourneys(request.Stored, page.Through, [], [], [], page.Events, More: false);
        }

        var moved = new DispatchCursor(page.Through, step.Entries.Count > 0 ? step.Entries[^1].Id : request.Stored.LastEntry);
        var due = await dispatch.EnterAsync(new DispatchStep(request.Stored, moved, step.Entries, [.. behind.Values], [], step.FailedFilters), cancellationToken);
        return new EnteredJourneys(moved, moved.Place, due, [.. behind.Values], step.FailedFilters, page.Events, page.More);
    }
}
