using Flownally.Application.Events;
using Flownally.Domain;
using Flownally.Domain.Ids;
using Flownally.Domain.Journeys;
using MediatR;

namespace Flownally.Application.Journeys;

/// <summary>Lets contacts enter the journeys that react to the next events of the feed, whichever tenant's.</summary>
/// <param name="Stored">Where the stored cursor stands.</param>
/// <param name="Place">Where to read on: there, or later where nothing in between was worth storing.</param>
public sealed record EnterJourneys(DispatchCursor Stored, FeedPlace Place) : IRequest<Result<EnteredJourneys>>;

/// <param name="Stored">Where the stored cursor stands now.</param>
/// <param name="Place">Where to read on.</param>
/// <param name="Due">Whom webhooks are to tell of, in the order of the feed.</param>
/// <param name="Events">How many events were read.</param>
/// <param name="More">Whether more may be read already.</param>
public sealed record EnteredJourneys(DispatchCursor Stored, FeedPlace Place, IReadOnlyList<DueEntry> Due, int Events, bool More);

internal sealed class EnterJourneysHandler(IJourneyDispatch dispatch, TimeProvider clock) : IRequestHandler<EnterJourneys, Result<EnteredJourneys>>
{
    /// <summary>Events in one step; as many entries end it, too. Bounds memory and the length of the transaction.</summary>
    public const int PageSize = 5_000;

    public async Task<Result<EnteredJourneys>> Handle(EnterJourneys request, CancellationToken cancellationToken)
    {
        var page = await dispatch.ReadAsync(request.Place, PageSize, cancellationToken);
        var ids = new IdGenerator(clock, after: request.Stored.LastEntry.Value);
        var entries = new List<NewEntry>();
        foreach (var asked in page.Asked)
        {
            entries.AddRange(asked.Journeys.Where(journey => journey.Activation.TriggerConfig.Matches(asked.Payload)).Select(journey => new NewEntry(
                asked.TenantId, new JourneyEntryId(ids.Next()), journey.Id, asked.Id, asked.ContactId, Once: journey.Activation.EntryMode == EntryMode.Once)));
            if (entries.Count >= PageSize)
            {
                page = page with { Through = asked.Place, More = true };
                break;
            }
        }

        // A move without entries is only worth storing now and then: what it passes would be read again, to no effect.
        if (entries.Count == 0 && !page.More)
        {
            return new EnteredJourneys(request.Stored, page.Through, [], page.Events, More: false);
        }

        var moved = new DispatchCursor(page.Through, entries.Count > 0 ? entries[^1].Id : request.Stored.LastEntry);
        var due = await dispatch.EnterAsync(request.Stored, moved, entries, cancellationToken);
        return new EnteredJourneys(moved, moved.Place, due, page.Events, page.More);
    }
}
