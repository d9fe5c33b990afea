using Flownally.Domain.Events;
using Flownally.Domain.Ids;

namespace Flownally.Domain.Tests.Ids;

public sealed class IdTextTests
{
    [Test]
    public void An_id_reads_back_as_itself()
    {
        var id = new EventId(new IdGenerator(TimeProvider.System).Next());
        Assert.That(EventId.Parse(id.ToString()), Is.EqualTo(id));
    }

    [TestCase("evt_7ZZZZZZZZZZZZZZZZZZZZZZZZZ", true)]
    [TestCase("evt_8ZZZZZZZZZZZZZZZZZZZZZZZZZ", false)]
    [TestCase("evt_7zzzzzzzzzzzzzzzzzzzzzzzzz", false)]
    [TestCase("evt_OZZZZZZZZZZZZZZZZZZZZZZZZZ", false)]
    [TestCase("evt_7ZZZZZZZZZZZZZZZZZZZZZZZZ", false)]
    [TestCase("evt_7ZZZZZZZZZZZZZZZZZZZZZZZZZZ", false)]
    [TestCase("EVT_7ZZZZZZZZZZZZZZZZZZZZZZZZZ", false)]
    [TestCase("", false)]
    [TestCase(null, false)]
    public void There_is_one_spelling(string? text, bool expected) =>
        Assert.That(EventId.TryParse(text, null, out _), Is.EqualTo(expected));

    [Test]
    public void Ids_ascend_in_the_order_in_which_they_are_made()
    {
        var ids = new IdGenerator(TimeProvider.System);
        var texts = Enumerable.Range(0, 10_000).Select(_ => IdText.Format("", ids.Next())).ToList();
        Assert.That(texts, Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal).And.Unique);
    }

    [Test]
    public void An_id_tells_the_millisecond_of_its_making_and_is_of_version_7()
    {
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var id = new IdGenerator(TimeProvider.System).Next();
        Assert.That(IdGenerator.TimeOf(id).ToUnixTimeMilliseconds(), Is.InRange(before, before + 60_000));
        Assert.That((id.Version, id.Variant >> 2), Is.EqualTo((7, 2)));
    }
}
