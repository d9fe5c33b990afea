using System.Buffers.Binary;
using Flownally.Application.Authorization;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Journeys;
using MediatR;

namespace Flownally.Application.Journeys;

/// <summary>Lists the delivery attempts of an entry, latest first, also those of a deleted journey.</summary>
[Requires(Scopes.JourneyRead, OpenToViewers = true)]
public sealed record ListJourneyEntryAttempts(Caller Caller, JourneyId Id, JourneyEntryId EntryId, PageSize PageSize, string? PageToken)
    : TenantRequest(Caller), IRequest<Result<JourneyEntryAttemptsResponse>>
{
    /// <summary>Identifies the list in page tokens.</summary>
    internal string List => $"journey-entry-attempts {TenantId} {Id} {EntryId}";
}

internal sealed class ListJourneyEntryAttemptsHandler(IJourneyQueries journeys)
    : IRequestHandler<ListJourneyEntryAttempts, Result<JourneyEntryAttemptsResponse>>
{
    public async Task<Result<JourneyEntryAttemptsResponse>> Handle(ListJourneyEntryAttempts request, CancellationToken cancellationToken)
    {
        DateTimeOffset? before = null;
        if (request.PageToken is not null)
        {
            if (!PageToken.TryRead(request.List, request.PageToken, out var position) || position.Length != sizeof(long)
                || BinaryPrimitives.ReadInt64BigEndian(position) is not (>= 0 and var ticks) || ticks > DateTime.MaxValue.Ticks)
            {
                return new PageTokenInvalid();
            }

            before = new DateTimeOffset(ticks, TimeSpan.Zero);
        }

        var limit = request.PageSize.Value + 1;
        var found = await journeys.ListAttemptsAsync(request.TenantId, request.Id, request.EntryId, before, limit, cancellationToken);
        return found.Match<Result<JourneyEntryAttemptsResponse>>(rows =>
        {
            var page = Page.Of(rows.Attempts, request.PageSize, request.List, last => PositionOf(last.At));
            return new JourneyEntryAttemptsResponse(page.Records, page.NextToken, rows.TotalSize);
        }, error => error);
    }

    private static byte[] PositionOf(DateTimeOffset time)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time.UtcTicks);
        return bytes;
    }
}
