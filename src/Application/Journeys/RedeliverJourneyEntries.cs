using Flownally.Application.Authorization;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Journeys;
using FluentValidation;
using MediatR;

namespace Flownally.Application.Journeys;

/// <summary>
/// Tells a journey's target anew of many entries, oldest first, at most <see cref="MostTogether"/> by one call. A walk from the first
/// call to the last page takes up each entry once, also where a page is asked for again.
/// </summary>
/// <param name="States">The states of their deliveries; at least one. Entries that wait for their first attempt stay as they are.</param>
/// <param name="EnteredFrom">Only those that entered then or later; null for all.</param>
/// <param name="EnteredTo">Only those that entered before; null for all.</param>
[Requires(Scopes.JourneyUpdate)]
public sealed record RedeliverJourneyEntries(Caller Caller, JourneyId Id, IReadOnlyList<DeliveryState> States,
    DateTimeOffset? EnteredFrom = null, DateTimeOffset? EnteredTo = null, string? PageToken = null)
    : TenantRequest(Caller), IRequest<Result<RedeliveredEntriesResponse>>
{
    /// <summary>Entries in one call: a transaction of some 50 ms, which the feed waits for.</summary>
    public const int MostTogether = 1_000;

    /// <summary>Names the walk that a page token is good for.</summary>
    internal string Walk =>
        $"redeliver {TenantId} {Id} {string.Join(',', States.Distinct().Order())} {EnteredFrom?.UtcTicks} {EnteredTo?.UtcTicks}";
}

/// <param name="Redelivered">How many entries this call has taken up; their webhooks are sent from now on.</param>
/// <param name="NextPageToken">Where to go on; absent where no entry is left.</param>
/// <example>{ "redelivered": 12 }</example>
public sealed record RedeliveredEntriesResponse(int Redelivered, string? NextPageToken);

internal sealed class RedeliverJourneyEntriesValidator : AbstractValidator<RedeliverJourneyEntries>
{
    public RedeliverJourneyEntriesValidator() =>
        RuleFor(command => command.States).NotEmpty()
            .OverridePropertyName("/states").WithErrorCode("outOfRange")
            .WithMessage("At least one state says which entries are to be delivered again.");
}

internal sealed class RedeliverJourneyEntriesHandler(IJourneyRepository journeys, TimeProvider clock)
    : IRequestHandler<RedeliverJourneyEntries, Result<RedeliveredEntriesResponse>>
{
    public async Task<Result<RedeliveredEntriesResponse>> Handle(RedeliverJourneyEntries request, CancellationToken cancellationToken)
    {
        if (!PageToken.TryReadTimeAndId(request.Walk, request.PageToken, out var last))
        {
            return new PageTokenInvalid("/pageToken");
        }

        await using var locked = await journeys.LockAsync(request.TenantId, request.Id, cancellationToken);
        if (locked is null)
        {
            return new JourneyNotFound(request.Id.ToString());
        }

        if (locked.Journey.Target is null)
        {
            return new JourneyTargetMissing(request.Id);
        }

        var selection = new RedeliverySelection([.. request.States.Distinct()], request.EnteredFrom, request.EnteredTo);
        RedeliveryPlace? after = last is { } taken ? new RedeliveryPlace(taken.Time, new JourneyEntryId(taken.Id)) : null;
        var now = Microseconds.Truncate(clock.GetUtcNow());
        var page = await locked.RedeliverAsync(selection, after, RedeliverJourneyEntries.MostTogether, now, cancellationToken);
        await locked.CommitAsync(cancellationToken);
        var next = page.Next is { } place ? PageToken.Write(request.Walk, PageToken.PositionOf(place.Began, place.Last.Value)) : null;
        return new RedeliveredEntriesResponse(page.Redelivered, next);
    }
}
