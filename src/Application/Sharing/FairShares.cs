namespace Flownally.Application.Sharing;

/// <summary>
/// Shares a fixed number of places. Nobody holds more than half of them, so that one caller, however much it asks for, always leaves room
/// for the others; those that wait are admitted in turns, one for each key.
/// </summary>
/// <typeparam name="TKey">Who shares: a tenant, or an address.</typeparam>
public sealed class FairShares<TKey> where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Share> _shares = [];
    private readonly Queue<Share> _turns = [];
    private readonly int _mostOfEach;
    private int _free;

    /// <param name="places">2 or more.</param>
    public FairShares(int places)
        : this(places, places / 2)
    {
    }

    /// <param name="mostOfEach">How many places one may hold, 1 or more, where that is not half of them.</param>
    public FairShares(int places, int mostOfEach)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostOfEach, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(places, mostOfEach);
        (_free, _mostOfEach) = (places, mostOfEach);
    }

    /// <summary>Takes a place if that needs no waiting.</summary>
    /// <returns>The place, or null. Disposing it, once, gives it back.</returns>
    public IDisposable? TryEnter(TKey key)
    {
        lock (_gate)
        {
            var share = ShareOf(key);
            if (TryTake(share))
            {
                return new Place(this, share);
            }

            Forget(share);
            return null;
        }
    }

    /// <summary>Waits for a place.</summary>
    /// <returns>The place. Disposing it, once, gives it back.</returns>
    /// <exception cref="OperationCanceledException">The caller gave up while it waited.</exception>
    public async ValueTask<IDisposable> EnterAsync(TKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (share, waiter) = Ask(key);
        if (waiter is null)
        {
            return new Place(this, share);
        }

        await using (cancellationToken.Register(() => waiter.TrySetCanceled(cancellationToken)))
        {
            await waiter.Task;
        }

        return new Place(this, share);
    }

    private (Share Share, TaskCompletionSource? Waiter) Ask(TKey key)
    {
        lock (_gate)
        {
            var share = ShareOf(key);
            if (TryTake(share))
            {
                return (share, null);
            }

            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            share.Waiters.Enqueue(waiter);
            QueueUp(share);
            return (share, waiter);
        }
    }

    private Share ShareOf(TKey key)
    {
        if (!_shares.TryGetValue(key, out var share))
        {
            _shares[key] = share = new Share(key);
        }

        return share;
    }

    private bool TryTake(Share share)
    {
        if (_free == 0 || share.Held == _mostOfEach || share.Waiters.Count > 0)
        {
            return false;
        }

        Take(share);
        return true;
    }

    private void GiveBack(Share share)
    {
        lock (_gate)
        {
            share.Held--;
            _free++;
            QueueUp(share);
            while (_free > 0 && _turns.TryDequeue(out var next))
            {
                next.IsQueued = false;
                Admit(next);
                QueueUp(next);
                Forget(next);
            }

            Forget(share);
        }
    }

    /// <summary>Hands a place to the first waiter that has not given up.</summary>
    private void Admit(Share share)
    {
        Take(share);
        while (share.Waiters.TryDequeue(out var waiter))
        {
            if (waiter.TrySetResult())
            {
                return;
            }
        }

        share.Held--;
        _free++;
    }

    private void Take(Share share)
    {
        share.Held++;
        _free--;
    }

    /// <summary>Gives a share its turn, where it has something to ask for and may have more.</summary>
    private void QueueUp(Share share)
    {
        if (!share.IsQueued && share.Waiters.Count > 0 && share.Held < _mostOfEach)
        {
            share.IsQueued = true;
            _turns.Enqueue(share);
        }
    }

    private void Forget(Share share)
    {
        if (share is { Held: 0, Waiters.Count: 0, IsQueued: false })
        {
            _shares.Remove(share.Key);
        }
    }

    private sealed class Share(TKey key)
    {
        public TKey Key => key;

        public Queue<TaskCompletionSource> Waiters { get; } = [];

        public int Held { get; set; }

        public bool IsQueued { get; set; }
    }

    private sealed class Place(FairShares<TKey> shares, Share share) : IDisposable
    {
        private bool _given;

        public void Dispose()
        {
            if (!_given)
            {
                _given = true;
                shares.GiveBack(share);
            }
        }
    }
}
