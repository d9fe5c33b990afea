using Flownally.Application.Authorization;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Journeys;
using MediatR;

namespace Flownally.Application.Journeys;

/// <summary>Lists a tenant's journeys, newest first.</summary>
[Requires(Scopes.JourneyList, OpenToViewers = true)]
public sealed record ListJourneys(Caller Caller, PageSize PageSize, string? PageToken)
    : TenantRequest(Caller), IRequest<Result<JourneysResponse>>
{
    /// <summary>Identifies the list in page tokens.</summary>
    internal string List => $"journeys {TenantId}";
}

internal sealed class ListJourneysHandler(IJourneyQueries journeys) : IRequestHandler<ListJourneys, Result<JourneysResponse>>
{
    public async Task<Result<JourneysResponse>> Handle(ListJourneys request, CancellationToken cancellationToken)
    {
        if (!PageToken.TryReadId(request.List, request.PageToken, out var last))
        {
            return new PageTokenInvalid();
        }

        JourneyId? before = last is { } id ? new JourneyId(id) : null;
        var rows = await journeys.ListAsync(request.TenantId, before, request.PageSize.Value + 1, cancellationToken);
        var page = Page.Of(rows.Journeys, request.PageSize, request.List, record => record.Id.Value.ToByteArray(bigEndian: true));
        return new JourneysResponse(page.Records, page.NextToken, rows.TotalSize);
    }
}
