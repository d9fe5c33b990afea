using Flownally.Application.Sharing;

namespace Flownally.Application.Tests.Sharing;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class FairSharesTests
{
    private readonly FairShares<string> _shares = new(slots: 4);

    [Test]
    public async Task Nobody_holds_more_than_half()
    {
        await Enter("a");
        var second = await Enter("a");
        var third = Enter("a");
        Assert.That(third.IsCompleted, Is.False);

        second.Dispose();
        Assert.That(await third, Is.Not.Null);
    }

    [Test]
    public async Task A_full_share_leaves_room_for_others()
    {
        await Enter("a");
        await Enter("a");
        _ = Enter("a");
        Assert.That(Enter("b").IsCompleted, Is.True);
    }

    [Test]
    public async Task Those_that_wait_are_admitted_in_turns()
    {
        IDisposable[] held = [await Enter("a"), await Enter("a"), await Enter("b"), await Enter("b")];
        var admitted = new List<string>();
        foreach (var key in "ccdcd")
        {
            _ = Note($"{key}");
        }

        foreach (var place in held)
        {
            place.Dispose();
        }

        Assert.That(() => admitted.Count, Is.EqualTo(5).After(2_000, 10));
        Assert.That(admitted.Take(2), Is.EquivalentTo(["c", "d"]));

        async Task Note(string key)
        {
            using var place = await Enter(key);
            lock (admitted)
            {
                admitted.Add(key);
            }

            await Task.Delay(20);
        }
    }

    [Test]
    public async Task Whoever_gives_up_takes_no_place()
    {
        var first = await Enter("a");
        await Enter("a");
        using var patience = new CancellationTokenSource();
        var impatient = _shares.EnterAsync("a", patience.Token).AsTask();
        var patient = Enter("a");
        await patience.CancelAsync();
        Assert.That(async () => await impatient, Throws.InstanceOf<OperationCanceledException>());

        first.Dispose();
        Assert.That(await patient, Is.Not.Null);
    }

    [Test]
    public async Task A_place_is_given_back_once()
    {
        var first = await Enter("a");
        await Enter("a");
        first.Dispose();
        first.Dispose();
        await Enter("a");
        Assert.That(Enter("a").IsCompleted, Is.False);
    }

    [Test]
    public async Task After_any_number_of_calls_all_places_are_free_again()
    {
        using var patience = new CancellationTokenSource();
        await Task.WhenAll(Enumerable.Range(0, 2_000).Select(async number =>
        {
            try
            {
                using var place = await _shares.EnterAsync($"{number % 7}", number % 5 == 0 ? patience.Token : CancellationToken.None);
                await Task.Yield();
                if (number == 500)
                {
                    await patience.CancelAsync();
                }
            }
            catch (OperationCanceledException)
            {
                Assert.That(number % 5, Is.Zero);
            }
        }));

        IDisposable[] all = [await Enter("x"), await Enter("x"), await Enter("y"), await Enter("y")];
        Assert.That(all, Has.Length.EqualTo(4));
        Assert.That(Enter("z").IsCompleted, Is.False);
    }

    [Test]
    public async Task A_place_can_be_taken_without_waiting_if_there_is_one()
    {
        using var first = _shares.TryEnter("a");
        var second = _shares.TryEnter("a");
        Assert.That(second, Is.Not.Null);
        Assert.That(_shares.TryEnter("a"), Is.Null);

        var third = Enter("a");
        second!.Dispose();
        Assert.That(await third, Is.Not.Null);
        Assert.That(_shares.TryEnter("b"), Is.Not.Null);
    }

    [Test]
    public async Task Each_can_be_given_fewer_places_than_half()
    {
        var turns = new FairShares<string>(slots: 3, maxPerKey: 1);
        using var turn = await turns.EnterAsync("a", CancellationToken.None);
        Assert.That(turns.TryEnter("a"), Is.Null);
        Assert.That(turns.TryEnter("b"), Is.Not.Null);
        Assert.That(turns.TryEnter("c"), Is.Not.Null);
        Assert.That(turns.TryEnter("d"), Is.Null);
    }

    private Task<IDisposable> Enter(string key) => _shares.EnterAsync(key, CancellationToken.None).AsTask();
}
