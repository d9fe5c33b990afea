using System.Buffers.Binary;
using Flownally.Application.Paging;

namespace Flownally.Application.Events;

/// <summary>
/// The place of an event in the feed, the one order of all tenants' events: by transaction, and within one by position.
/// A cursor is its text. It names no tenant: whoever reads from it reads on in the feed of his own.
/// </summary>
public readonly record struct FeedPlace(long TransactionId, long Position)
{
    /// <summary>The list that a cursor is good for, under any filter. A cursor of another form would bear another name.</summary>
    private const string List = "feed 1";

    private const int Length = 2 * sizeof(long);

    public bool IsBefore(FeedPlace other) => (TransactionId, Position).CompareTo((other.TransactionId, other.Position)) < 0;

    /// <summary>The later of two.</summary>
    public static FeedPlace Max(FeedPlace one, FeedPlace other) => one.IsBefore(other) ? other : one;

    public string ToCursor()
    {
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, TransactionId);
        BinaryPrimitives.WriteInt64BigEndian(bytes[sizeof(long)..], Position);
        return PageToken.Write(List, bytes);
    }

    /// <param name="cursor">Null and the empty text stand for the beginning.</param>
    /// <param name="place">Null for the beginning.</param>
    /// <returns>False where the text is no cursor.</returns>
    public static bool TryRead(string? cursor, out FeedPlace? place)
    {
        place = null;
        if (string.IsNullOrEmpty(cursor))
        {
            return true;
        }

        if (!PageToken.TryRead(List, cursor, out var bytes) || bytes.Length != Length)
        {
            return false;
        }

        place = new FeedPlace(BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(sizeof(long))));
        return true;
    }
}
