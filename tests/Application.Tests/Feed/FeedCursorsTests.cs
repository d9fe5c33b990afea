using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Flownally.Application.Feed;
using Flownally.Application.Paging;

namespace Flownally.Application.Tests.Feed;

public sealed class FeedCursorsTests
{
    private static readonly FeedPlace Place = new(746, 42);
    private static readonly FeedCursors Cursors = new(Key(1), plainBefore: 1000);

    [TestCase(0, 0)]
    [TestCase(746, 42)]
    [TestCase(long.MaxValue, long.MaxValue)]
    public void A_place_is_read_as_it_was_written(long transaction, long position)
    {
        Assert.That(Cursors.TryRead(Cursors.Write(new FeedPlace(transaction, position)), out var place));
        Assert.That(place, Is.EqualTo(new FeedPlace(transaction, position)));
    }

    [Test]
    public void Two_cursors_of_one_place_are_different_texts() =>
        Assert.That(Enumerable.Range(0, 100).Select(_ => Cursors.Write(Place)), Is.Unique);

    [Test]
    public void A_change_of_any_bit_is_noticed()
    {
        var bytes = Base64Url.DecodeFromChars(Cursors.Write(Place));
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            var changed = bytes.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.That(Cursors.TryRead(Base64Url.EncodeToString(changed), out _), Is.False, $"bit {bit}");
        }
    }

    [Test]
    public void A_cursor_under_another_key_is_none()
    {
        using var others = new FeedCursors(Key(2), plainBefore: 1000);
        Assert.That(Cursors.TryRead(others.Write(Place), out _), Is.False);
    }

    /// <summary>The text's last character has bits that stand for nothing.</summary>
    [Test]
    public void A_cursor_has_one_spelling()
    {
        var cursor = Cursors.Write(Place);
        foreach (var last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".Where(last => last != cursor[^1]))
        {
            Assert.That(Cursors.TryRead(cursor[..^1] + last, out _), Is.False, $"{last}");
        }
    }

    [TestCase(" ")]
    [TestCase("\n")]
    [TestCase("=")]
    [TestCase("A")]
    public void A_cursor_with_more_around_it_is_none(string more)
    {
        var cursor = Cursors.Write(Place);
        Assert.That(Cursors.TryRead(cursor + more, out _), Is.False);
        Assert.That(Cursors.TryRead(more + cursor, out _), Is.False);
        Assert.That(Cursors.TryRead(cursor[..40] + more + cursor[41..], out _), Is.False);
    }

    [TestCase(999, true)]
    [TestCase(1000, false)]
    [TestCase(1001, false)]
    public void A_cursor_that_is_not_encrypted_is_good_for_places_for_which_it_can_have_been_given_out(long transaction, bool good)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, transaction);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], 42);
        Assert.That(Cursors.TryRead(PageToken.Write("feed 1", bytes), out var place), Is.EqualTo(good));
        Assert.That(place, Is.EqualTo(good ? new FeedPlace(transaction, 42) : (FeedPlace?)null));
    }

    /// <summary>By another implementation of RFC 7518 §5.2.3 with the framework's own parts, put together as the RFC tells.</summary>
    [Test]
    public void It_is_the_algorithm_of_the_RFC()
    {
        var bytes = Base64Url.DecodeFromChars(Cursors.Write(Place));
        var (iv, encrypted, tag) = (bytes[..16], bytes[16..48], bytes[48..]);
        using var cipher = Aes.Create();
        cipher.SetKey(Key(1).AsSpan(16));
        byte[] authenticated = [.. "feed 2"u8, .. iv, .. encrypted, 0, 0, 0, 0, 0, 0, 0, 48];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Convert.ToHexString(cipher.DecryptCbc(encrypted, iv)), Is.EqualTo("00000000000002EA000000000000002A"));
            Assert.That(HMACSHA256.HashData(Key(1)[..16], authenticated)[..16], Is.EqualTo(tag));
        }
    }

    [Test]
    public void Many_threads_can_share_it() => Parallel.For(0, 20_000, i =>
    {
        Assert.That(Cursors.TryRead(Cursors.Write(new FeedPlace(i, -i)), out var place));
        Assert.That(place, Is.EqualTo(new FeedPlace(i, -i)));
    });

    private static byte[] Key(byte first) => [first, .. Enumerable.Range(1, FeedCursors.KeyBytes - 1).Select(i => (byte)i)];
}
