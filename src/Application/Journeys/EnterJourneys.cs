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
public sealed record EnteredJourneys(DispatchCursor Stored, FeedPlace Place, IReadOnlyList<DueEntry> Due, int Events)
{
    /// <summary>Whether more may be read already.</summary>
    public bool More => Events == EnterJourneysHandler.PageSize;
}

internal sealed class EnterJourneysHandler(IJourneyDispatch dispatch, TimeProvider clock) : IRequestHandler<EnterJourneys, Result<EnteredJourneys>>
{
    /// <summary>Events in one step: bounds memory and the length of the transaction.</summary>
    public const int PageSize = 2_000;

    public async Task<Result<EnteredJourneys>> Handle(EnterJourneys request, CancellationToken cancellationToken)
    {
        var page = await dispatch.ReadAsync(request.Place, PageSize, cancellationToken);
        var ids = new IdGenerator(clock, after: request.Stored.LastEntry.Value);
        List<NewEntry> entries =
        [
            .. page.Reactions.Where(reaction => reaction.Activation.TriggerConfig.Matches(reaction.Payload)).Select(reaction => new NewEntry(
                reaction.TenantId, new JourneyEntryId(ids.Next()), reaction.JourneyId, reaction.EventId, reaction.ContactId,
                Once: reaction.Activation.EntryMode == EntryMode.Once)),
        ];

        // A move without entries is only worth storing now and then: what it passes would be read again, to no effect.
        if (entries.Count == 0 && page.Events < PageSize)
        {
            return new EnteredJourneys(request.Stored, page.Through, [], page.Events);
        }

        var moved = new DispatchCursor(page.Through, entries.Count > 0 ? entries[^1].Id : request.Stored.LastEntry);
        var due = await dispatch.EnterAsync(request.Stored, moved, entries, cancellationToken);
        return new EnteredJourneys(moved, moved.Place, due, page.Events);
    }
}
