using Flownally.Application.Authorization;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Journeys;
using FluentValidation;
using MediatR;

namespace Flownally.Application.Journeys;

/// <summary>
/// Redelivers the webhooks of many entries, oldest first, at most <see cref="MaxPerCall"/> in one call. A walk over all pages
/// redelivers each entry once, even if a page is requested again.
/// </summary>
/// <param name="States">The delivery states of the entries, at least one. Entries that wait for their first attempt do not change.</param>
/// <param name="EnteredFrom">Only entries at this time or later; null for all.</param>
/// <param name="EnteredTo">Only entries before this time; null for all.</param>
[Requires(Scopes.JourneyUpdate)]
public sealed record RedeliverJourneyEntries(Caller Caller, JourneyId Id, IReadOnlyList<DeliveryState> States,
    DateTimeOffset? EnteredFrom = null, DateTimeOffset? EnteredTo = null, string? PageToken = null)
    : TenantRequest(Caller), IRequest<Result<RedeliveredEntriesResponse>>
{
    /// <summary>Limit of entries per call: a transaction of about 50 ms, which the feed waits for.</summary>
    public const int MaxPerCall = 1_000;

    /// <summary>Identifies the walk in page tokens.</summary>
    internal string Walk =>
        $"redeliver {TenantId} {Id} {string.Join(',', States.Distinct().Order())} {EnteredFrom?.UtcTicks} {EnteredTo?.UtcTicks}";
}

/// <param name="Redelivered">The number of entries that this call redelivers. Their webhooks are sent from now on.</param>
/// <param name="NextPageToken">The token of the next call; absent if no entry is left.</param>
/// <example>{ "redelivered": 12 }</example>
public sealed record RedeliveredEntriesResponse(int Redelivered, string? NextPageToken);

internal sealed class RedeliverJourneyEntriesValidator : AbstractValidator<RedeliverJourneyEntries>
{
    public RedeliverJourneyEntriesValidator() =>
        RuleFor(command => command.States).NotEmpty()
            .OverridePropertyName("/states").WithErrorCode("outOfRange")
            .WithMessage("At least one state is required, to select the entries to redeliver.");
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
        RedeliveryPosition? after = last is { } position ? new RedeliveryPosition(position.Time, new JourneyEntryId(position.Id)) : null;
        var now = Microseconds.Truncate(clock.GetUtcNow());
        var page = await locked.RedeliverAsync(selection, after, RedeliverJourneyEntries.MaxPerCall, now, cancellationToken);
        await locked.CommitAsync(cancellationToken);
        var next = page.Next is { } end ? PageToken.Write(request.Walk, PageToken.PositionOf(end.StartedAt, end.LastEntry.Value)) : null;
        return new RedeliveredEntriesResponse(page.Redelivered, next);
    }
}
