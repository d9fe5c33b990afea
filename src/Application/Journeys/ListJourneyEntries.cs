using Flownally.Application.Authorization;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Journeys;
using MediatR;

namespace Flownally.Application.Journeys;

/// <summary>Lists the entries of a journey, newest first, also those of a deleted journey.</summary>
[Requires(Scopes.JourneyRead, OpenToViewers = true)]
public sealed record ListJourneyEntries(Caller Caller, JourneyId Id, PageSize PageSize, string? PageToken, EntryFilter Filter = default)
    : TenantRequest(Caller), IRequest<Result<JourneyEntriesResponse>>
{
    /// <summary>Identifies the list in page tokens.</summary>
    internal string List => Filter == default
        ? $"journey-entries {TenantId} {Id}"
        : $"journey-entries {TenantId} {Id} {Filter.State} {Filter.EnteredFrom?.UtcTicks} {Filter.EnteredTo?.UtcTicks}";
}

internal sealed class ListJourneyEntriesHandler(IJourneyQueries journeys)
    : IRequestHandler<ListJourneyEntries, Result<JourneyEntriesResponse>>
{
    public async Task<Result<JourneyEntriesResponse>> Handle(ListJourneyEntries request, CancellationToken cancellationToken)
    {
        if (!PageToken.TryReadId(request.List, request.PageToken, out var last))
        {
            return new PageTokenInvalid();
        }

        JourneyEntryId? before = last is { } id ? new JourneyEntryId(id) : null;
        var limit = request.PageSize.Value + 1;
        var rows = await journeys.ListEntriesAsync(request.TenantId, request.Id, request.Filter, before, limit, cancellationToken);
        if (rows is null)
        {
            return new JourneyNotFound(request.Id.ToString());
        }

        var page = Page.Of(rows.Entries, request.PageSize, request.List, record => record.Id.Value.ToByteArray(bigEndian: true));
        return new JourneyEntriesResponse(page.Records, page.NextToken, rows.TotalSize);
    }
}
