using Flownally.Domain;
using Flownally.Domain.Events;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Feed;

/// <summary>Where a read of the feed starts: after a cursor; without one, at a time; without either, at the beginning.</summary>
/// <param name="Cursor">A cursor, or <see cref="Latest"/>; null or empty for none.</param>
/// <param name="At">Events that were created at this time or later are not missed.</param>
/// <param name="Name">The parameter or header of the cursor, for a refusal.</param>
public sealed record FeedStart(string? Cursor, DateTimeOffset? At = null, string Name = "cursor")
{
    /// <summary>In place of a cursor: the place after the latest event that can be read.</summary>
    public const string Latest = "latest";

    /// <returns>The place after which the read starts; null for the beginning.</returns>
    internal async Task<Result<FeedPlace?>> FindAsync(
        TenantId tenant, IEventFeed feed, FeedCursors cursors, CancellationToken cancellationToken)
    {
        if (Cursor == Latest)
        {
            return (await feed.ReadAsync(tenant, type: null, after: null, limit: 0, cancellationToken)).Latest;
        }

        if (string.IsNullOrEmpty(Cursor) && At is { } time)
        {
            return await feed.PlaceBeforeAsync(tenant, time, cancellationToken);
        }

        return cursors.TryRead(Cursor, out var place) ? place : new CursorInvalid(Name);
    }
}
