namespace Flownally.Application.Sharing;

/// <summary>
/// A semaphore that shares a fixed number of slots fairly by key. No key holds more than half of the slots, so that there is always room
/// for other keys. Waiting keys take turns.
/// </summary>
/// <typeparam name="TKey">The sharing party: a tenant, or a network.</typeparam>
public sealed class FairShares<TKey> where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Share> _shares = [];
    private readonly Queue<Share> _turns = [];
    private readonly int _maxPerKey;
    private int _free;

    /// <param name="slots">At least 2.</param>
    public FairShares(int slots)
        : this(slots, slots / 2)
    {
    }

    /// <param name="maxPerKey">Limit of the slots of one key, at least 1.</param>
    public FairShares(int slots, int maxPerKey)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPerKey, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, maxPerKey);
        (_free, _maxPerKey) = (slots, maxPerKey);
    }

    /// <summary>Takes a slot if no waiting is necessary.</summary>
    /// <returns>The slot, or null. Disposing it releases the slot.</returns>
    public IDisposable? TryEnter(TKey key)
    {
        lock (_lock)
        {
            var share = ShareOf(key);
            if (TryTake(share))
            {
                return new Slot(this, share);
            }

            RemoveIfUnused(share);
            return null;
        }
    }

    /// <summary>Waits for a slot.</summary>
    /// <returns>The slot. Disposing it releases the slot.</returns>
    /// <exception cref="OperationCanceledException">The caller cancelled the wait.</exception>
    public async ValueTask<IDisposable> EnterAsync(TKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (share, waiter) = TakeOrQueue(key);
        if (waiter is null)
        {
            return new Slot(this, share);
        }

        await using (cancellationToken.Register(() => waiter.TrySetCanceled(cancellationToken)))
        {
            await waiter.Task;
        }

        return new Slot(this, share);
    }

    private (Share Share, TaskCompletionSource? Waiter) TakeOrQueue(TKey key)
    {
        lock (_lock)
        {
            var share = ShareOf(key);
            if (TryTake(share))
            {
                return (share, null);
            }

            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            share.Waiters.Enqueue(waiter);
            EnqueueTurn(share);
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
        if (_free == 0 || share.Held == _maxPerKey || share.Waiters.Count > 0)
        {
            return false;
        }

        Take(share);
        return true;
    }

    private void Release(Share share)
    {
        lock (_lock)
        {
            share.Held--;
            _free++;
            EnqueueTurn(share);
            while (_free > 0 && _turns.TryDequeue(out var next))
            {
                next.IsQueued = false;
                Admit(next);
                EnqueueTurn(next);
                RemoveIfUnused(next);
            }

            RemoveIfUnused(share);
        }
    }

    /// <summary>Gives a slot to the first waiter that has not cancelled.</summary>
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

    /// <summary>Queues a share for a turn if it has waiters and may hold another slot.</summary>
    private void EnqueueTurn(Share share)
    {
        if (!share.IsQueued && share.Waiters.Count > 0 && share.Held < _maxPerKey)
        {
            share.IsQueued = true;
            _turns.Enqueue(share);
        }
    }

    private void RemoveIfUnused(Share share)
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

    private sealed class Slot(FairShares<TKey> shares, Share share) : IDisposable
    {
        private bool _isReleased;

        public void Dispose()
        {
            if (!_isReleased)
            {
                _isReleased = true;
                shares.Release(share);
            }
        }
    }
}
