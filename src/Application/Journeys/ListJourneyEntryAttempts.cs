using System.Buffers.Binary;
using Flownally.Application.Authorization;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Journeys;
using MediatR;

namespace Flownally.Application.Journeys;

/// <summary>Reads the attempts to deliver an entry, page by page, latest first; also of a journey that is deleted.</summary>
[Requires(Scopes.JourneyRead, OpenToViewers = true)]
public sealed record ListJourneyEntryAttempts(Caller Caller, JourneyId Id, JourneyEntryId EntryId, PageSize PageSize, string? PageToken)
    : TenantRequest(Caller), IRequest<Result<JourneyEntryAttemptsResponse>>
{
    /// <summary>Names the list that a page token is good for.</summary>
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
            if (!PageToken.TryRead(request.List, request.PageToken, out var place) || place.Length != sizeof(long)
                || BinaryPrimitives.ReadInt64BigEndian(place) is not (>= 0 and var ticks) || ticks > DateTime.MaxValue.Ticks)
            {
                return new PageTokenInvalid();
            }

            before = new DateTimeOffset(ticks, TimeSpan.Zero);
        }

        var limit = request.PageSize.Value + 1;
        var found = await journeys.ListAttemptsAsync(request.TenantId, request.Id, request.EntryId, before, limit, cancellationToken);
        return found.Match<Result<JourneyEntryAttemptsResponse>>(rows =>
        {
            var page = Page.Of(rows.Attempts, request.PageSize, request.List, last => BytesOf(last.At));
            return new JourneyEntryAttemptsResponse(page.Records, page.NextToken, rows.TotalSize);
        }, error => error);
    }

    private static byte[] BytesOf(DateTimeOffset time)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time.UtcTicks);
        return bytes;
    }
}
