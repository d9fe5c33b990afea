using System.Buffers.Binary;
using Flownally.Application.Authorization;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using MediatR;

namespace Flownally.Application.EventTypes;

/// <summary>Lists the versions of a type's schema, newest first.</summary>
[Requires(Scopes.EventTypeRead, OpenToViewers = true)]
public sealed record ListEventTypeVersions(Caller Caller, EventTypeId Id, PageSize PageSize, string? PageToken)
    : TenantRequest(Caller), IRequest<Result<EventTypeVersionsResponse>>
{
    /// <summary>Identifies the list in page tokens.</summary>
    internal string List => $"event-type-versions {TenantId} {Id}";
}

internal sealed class ListEventTypeVersionsHandler(IEventTypeQueries types)
    : IRequestHandler<ListEventTypeVersions, Result<EventTypeVersionsResponse>>
{
    public async Task<Result<EventTypeVersionsResponse>> Handle(ListEventTypeVersions request, CancellationToken cancellationToken)
    {
        var before = int.MaxValue;
        if (request.PageToken is { } token && !(PageToken.TryRead(request.List, token, out var bytes)
            && BinaryPrimitives.TryReadInt32BigEndian(bytes, out before)))
        {
            return new PageTokenInvalid();
        }

        var rows = await types.ListVersionsAsync(request.TenantId, request.Id, before, request.PageSize.Value + 1, cancellationToken);
        if (rows.TotalSize == 0)
        {
            return new EventTypeNotFound(request.Id.ToString());
        }

        var page = Page.Of(rows.Versions, request.PageSize, request.List, Position);
        return new EventTypeVersionsResponse(page.Records, page.NextToken, rows.TotalSize);
    }

    private static byte[] Position(EventTypeVersionResponse version)
    {
        var position = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(position, version.SchemaVersion);
        return position;
    }
}
