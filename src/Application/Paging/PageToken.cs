using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Flownally.Domain;

namespace Flownally.Application.Paging;

/// <summary>
/// Opaque token of the next page: the position of the last record of the previous page, bound to its list. A digest of the list
/// (operation, tenant, filter) detects a truncated token and a token of another list. It is not secret and protects nothing, because
/// every query filters by the caller's tenant.
/// </summary>
public static class PageToken
{
    private const int DigestBytes = 8;
    private const int IdBytes = 16;
    private const int TimeBytes = sizeof(long);

    public static string Write(string list, ReadOnlySpan<byte> position)
    {
        var token = new byte[DigestBytes + position.Length];
        Digest(list, position, token);
        position.CopyTo(token.AsSpan(DigestBytes));
        return Base64Url.EncodeToString(token);
    }

    /// <returns>False if the token is malformed or belongs to another list.</returns>
    public static bool TryRead(string list, string token, out byte[] position)
    {
        position = [];
        if (!Base64Url.IsValid(token, out var length) || length < DigestBytes || token.Length != Base64Url.GetEncodedLength(length))
        {
            return false;
        }

        var bytes = Base64Url.DecodeFromChars(token);
        position = bytes[DigestBytes..];
        Span<byte> expected = stackalloc byte[DigestBytes];
        Digest(list, position, expected);
        return expected.SequenceEqual(bytes.AsSpan(0, DigestBytes));
    }

    /// <summary>Reads a token of a list by id.</summary>
    /// <param name="last">The last id of the previous page; null for the first page.</param>
    /// <returns>False if the token is malformed or belongs to another list.</returns>
    public static bool TryReadId(string list, string? token, out Guid? last)
    {
        last = null;
        if (token is null)
        {
            return true;
        }

        if (!TryRead(list, token, out var position) || position.Length != IdBytes)
        {
            return false;
        }

        last = new Guid(position, bigEndian: true);
        return true;
    }

    /// <summary>The position of a record in a list by time, then id.</summary>
    public static byte[] PositionOf(DateTimeOffset time, Guid id)
    {
        var position = new byte[TimeBytes + IdBytes];
        BinaryPrimitives.WriteInt64BigEndian(position, time.UtcTicks);
        id.TryWriteBytes(position.AsSpan(TimeBytes), bigEndian: true, out _);
        return position;
    }

    /// <summary>Reads a token of a list by time, then id.</summary>
    /// <param name="last">The last record of the previous page; null for the first page.</param>
    /// <returns>False if the token is malformed or belongs to another list.</returns>
    public static bool TryReadTimeAndId(string list, string? token, out (DateTimeOffset Time, Guid Id)? last)
    {
        last = null;
        if (token is null)
        {
            return true;
        }

        // A client can compute the digest, so the position can have any value.
        if (!TryRead(list, token, out var position) || position.Length != TimeBytes + IdBytes
            || BinaryPrimitives.ReadInt64BigEndian(position) is not (>= 0 and var ticks) || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        last = (new DateTimeOffset(ticks, TimeSpan.Zero), new Guid(position.AsSpan(TimeBytes), bigEndian: true));
        return true;
    }

    private static void Digest(string list, ReadOnlySpan<byte> position, Span<byte> destination) =>
        SHA256.HashData([.. Encoding.UTF8.GetBytes(list), 0, .. position]).AsSpan(0, DigestBytes).CopyTo(destination);
}

public sealed record PageTokenInvalid : Error
{
    /// <param name="place">The name of the parameter, or a pointer into the body.</param>
    public PageTokenInvalid(string place = "pageToken")
        : base("pageTokenInvalid", "The pageToken does not belong to this list. Start again without it.") =>
        Violations = [new FieldViolation(place, Code, Detail)];
}
