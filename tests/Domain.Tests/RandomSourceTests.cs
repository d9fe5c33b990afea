namespace Flownally.Domain.Tests;

public sealed class RandomSourceTests
{
    [TestCase(7, 7, true)]
    [TestCase(7, 8, false)]
    [TestCase(null, null, false)]
    public void Equal_seeds_give_equal_numbers(int? one, int? other, bool equal) =>
        Assert.That(Numbers(new RandomSource(one)).SequenceEqual(Numbers(new RandomSource(other))), Is.EqualTo(equal));

    [Test]
    public void Threads_share_one_without_spoiling_it()
    {
        var random = new RandomSource(7);
        var shared = ParallelEnumerable.Range(0, 100_000).Select(_ => random.Next()).ToList();
        Assert.That(shared, Has.All.InRange(0, 1).And.Some.GreaterThan(0.99));
        Assert.That(shared.Distinct().Count(), Is.GreaterThan(99_000));
    }

    private static List<double> Numbers(RandomSource random) => [.. Enumerable.Range(0, 5).Select(_ => random.Next())];
}
