using System.Runtime.CompilerServices;
using System.Text.Json;
using Flownally.Api.CommandLine.Input;
using Flownally.Api.Http.Json;
using Flownally.Domain;

namespace Flownally.Api.CommandLine.Import;

/// <param name="BatchSize">Events in one call, 1 to 1,000.</param>
/// <param name="InFlight">Calls at the same time.</param>
/// <param name="RetryFor">How long to repeat what failed through no fault of the event.</param>
/// <param name="SuppressJourneys">True lets no journey react to events whose lines do not say it themselves.</param>
internal sealed record EventImportOptions(int BatchSize, int InFlight, TimeSpan RetryFor, bool SuppressJourneys = false);

/// <summary>
/// Sends the events of a file in batches, several at the same time, and repeats what failed on its way. Every event has an
/// idempotency key, so nothing is recorded twice: neither by a repeated call nor by a second import of the file.
/// </summary>
/// <param name="say">Is told when the service begins to fail.</param>
internal sealed class EventImport(InputLines input, BatchCall service, RefusedLines refusedLines, EventImportOptions options,
    Action<string> say, TimeProvider clock, RandomSource random)
{
    /// <summary>A quarter of what the service takes by one call, so that memory and gateways can take it too.</summary>
    private const int MaxBatchBytes = 2 * 1024 * 1024;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);

    private long _read;
    private long _recorded;
    private long _recordedBefore;
    private long _refused;
    private int _failing;
    private string? _fault;

    public long Recorded => Interlocked.Read(ref _recorded);

    public long RecordedBefore => Interlocked.Read(ref _recordedBefore);

    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Lines that were read and of which it is not known that they are recorded.</summary>
    public long Unfinished => Interlocked.Read(ref _read) - Settled;

    /// <summary>The line up to which the file was read.</summary>
    public long LastLine { get; private set; }

    /// <summary>Why not all was finished; null where nothing stood in the way.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    private long Settled => Recorded + RecordedBefore + Refused;

    /// <summary>Imports the file, as far as that is possible.</summary>
    /// <returns>False where it was cancelled.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Parallel.ForEachAsync(BatchesAsync(cancellationToken),
                new ParallelOptions { MaxDegreeOfParallelism = options.InFlight, CancellationToken = cancellationToken }, SendAsync);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception exception) when (exception is ServiceAwayException
            or IOException or UnauthorizedAccessException) // of the file of refused lines
        {
            Blame(exception.Message);
            return true;
        }
    }

    private async IAsyncEnumerable<IReadOnlyList<EventLine>> BatchesAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batch = new List<EventLine>(options.BatchSize);
        var bytes = 0;
        await using var lines = input.ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await AdvanceAsync(lines))
        {
            LastLine = lines.Current.Number;
            Interlocked.Increment(ref _read);
            if (!EventLine.TryRead(lines.Current, options.SuppressJourneys, out var line, out var reason))
            {
                refusedLines.Add(lines.Current, reason);
                Interlocked.Increment(ref _refused);
                continue;
            }

            if (batch.Count == options.BatchSize || (batch.Count > 0 && bytes + line.Length > MaxBatchBytes))
            {
                yield return batch;
                batch = new List<EventLine>(options.BatchSize);
                bytes = 0;
            }

            batch.Add(line);
            bytes += line.Length;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    /// <summary>A file that breaks off ends there: what stands before is imported all the same.</summary>
    private async Task<bool> AdvanceAsync(IAsyncEnumerator<InputLine> lines)
    {
        try
        {
            return await lines.MoveNextAsync();
        }
        catch (WrongUseException exception)
        {
            Blame(exception.Message);
            return false;
        }
    }

    /// <summary>
    /// Sends a batch, and again those of its events that need it. Where the time for that is over they are given up; and if nothing
    /// else got through either in all that time, so is the import.
    /// </summary>
    private async ValueTask SendAsync(IReadOnlyList<EventLine> batch, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        var settledAtStart = Settled;
        for (var attempt = 0; ; attempt++)
        {
            var left = await TryAsync(batch, cancellationToken);
            if (left.Events.Count == 0)
            {
                return;
            }

            var pause = Pause(attempt, left.RetryAfter);
            if (clock.GetElapsedTime(start) + pause > options.RetryFor)
            {
                if (Settled == settledAtStart)
                {
                    throw new ServiceAwayException($"The service fails. {left.Reason}");
                }

                Blame($"Events were given up. {left.Reason}");
                return;
            }

            batch = left.Events;
            await Task.Delay(pause, clock, cancellationToken);
        }
    }

    /// <summary>Makes one call; if its events are refused together, one for each half, down to those that are to blame.</summary>
    /// <returns>What has to be sent again.</returns>
    private async Task<Remainder> TryAsync(IReadOnlyList<EventLine> events, CancellationToken cancellationToken)
    {
        switch (await service.SendAsync(events, cancellationToken))
        {
            case BatchAnswer.Results answer:
                Interlocked.Exchange(ref _failing, 0);
                return Settle(events, answer.Items);
            case BatchAnswer.Refused answer when events.Count == 1:
                Refuse(events[0], answer.Problem);
                return Remainder.None;
            case BatchAnswer.Refused:
                var half = events.Count / 2;
                return await TryAsync([.. events.Take(half)], cancellationToken) + await TryAsync([.. events.Skip(half)], cancellationToken);
            case BatchAnswer.Failed failure:
                if (Interlocked.Exchange(ref _failing, 1) == 0)
                {
                    say($"The service fails. {failure.Reason} Trying again, for up to {options.RetryFor.TotalSeconds} seconds.");
                }

                return new Remainder(events, failure.Reason, failure.RetryAfter);
            case BatchAnswer.Hopeless refusal:
                throw new ServiceAwayException($"The service refuses every call. {refusal.Reason}");
            case var answer:
                throw new InvalidOperationException($"An answer of an unknown kind: {answer}.");
        }
    }

    private Remainder Settle(IReadOnlyList<EventLine> events, IReadOnlyList<EventResult> results)
    {
        List<EventLine> again = [];
        var reason = "";
        foreach (var (line, result) in events.Zip(results))
        {
            if (result.IsRecorded)
            {
                Interlocked.Increment(ref _recorded);
            }
            else if (result.WasRecordedBefore)
            {
                Interlocked.Increment(ref _recordedBefore);
            }
            else if (result.CanBeRepeated)
            {
                again.Add(line);
                reason = result.Describe();
            }
            else
            {
                Refuse(line, result.Problem ?? JsonSerializer.SerializeToElement(new { result.Status }, ApiJson.Options));
            }
        }

        return new Remainder(again, reason, TimeSpan.Zero);
    }

    private void Refuse(EventLine line, JsonElement problem)
    {
        refusedLines.Add(line, problem);
        Interlocked.Increment(ref _refused);
    }

    /// <summary>Keeps the first reason: later ones mostly follow from it.</summary>
    private void Blame(string reason) => Interlocked.CompareExchange(ref _fault, reason, null);

    /// <summary>
    /// Twice as long each time, and anything between nothing and that, so that callers who failed together do not come back
    /// together; but never sooner than the service asked.
    /// </summary>
    private TimeSpan Pause(int attempt, TimeSpan retryAfter)
    {
        var longest = Math.Min(LongestPause.TotalSeconds, FirstPause.TotalSeconds * Math.Pow(2, attempt));
        var pause = TimeSpan.FromSeconds(random.Next() * longest);
        return pause > retryAfter ? pause : retryAfter;
    }

    /// <summary>No further call makes sense.</summary>
    private sealed class ServiceAwayException(string reason) : Exception(reason);

    /// <summary>What a try left over, and why.</summary>
    private sealed record Remainder(IReadOnlyList<EventLine> Events, string Reason, TimeSpan RetryAfter)
    {
        public static readonly Remainder None = new([], "", TimeSpan.Zero);

        public static Remainder operator +(Remainder one, Remainder other) => new([.. one.Events, .. other.Events],
            one.Reason.Length > 0 ? one.Reason : other.Reason, one.RetryAfter > other.RetryAfter ? one.RetryAfter : other.RetryAfter);
    }
}
