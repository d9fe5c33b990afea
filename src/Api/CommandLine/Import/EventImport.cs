using System.Runtime.CompilerServices;
using System.Text.Json;
using Flownally.Api.CommandLine.Input;
using Flownally.Api.Http.Json;
using Flownally.Domain;

namespace Flownally.Api.CommandLine.Import;

/// <param name="BatchSize">Events per call, 1 to 1,000.</param>
/// <param name="InFlight">Concurrent calls.</param>
/// <param name="RetryFor">How long failed calls are retried.</param>
/// <param name="SuppressJourneys">True prevents journeys from reacting to events whose lines do not set it.</param>
internal sealed record EventImportOptions(int BatchSize, int InFlight, TimeSpan RetryFor, bool SuppressJourneys = false);

/// <summary>
/// Sends the events of a file in concurrent batches, and retries failed calls. Every event has an idempotency key, so no event is recorded
/// twice, neither by a retry nor by a second import of the file.
/// </summary>
/// <param name="report">Receives a message when the service begins to fail.</param>
internal sealed class EventImport(InputLines input, BatchCall service, RefusedLines refusedLines, EventImportOptions options,
    Action<string> report, TimeProvider clock, RandomSource random)
{
    /// <summary>A quarter of the service's limit, to save memory and to pass gateways.</summary>
    private const int MaxBatchBytes = 2 * 1024 * 1024;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(20);

    private long _read;
    private long _recorded;
    private long _recordedBefore;
    private long _refused;
    private int _failing;
    private string? _fault;

    public long Recorded => Interlocked.Read(ref _recorded);

    public long RecordedBefore => Interlocked.Read(ref _recordedBefore);

    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Lines read whose events are not known to be recorded or refused.</summary>
    public long Unfinished => Interlocked.Read(ref _read) - Settled;

    /// <summary>The number of the last line read.</summary>
    public long LastLine { get; private set; }

    /// <summary>The reason why the import is incomplete; null if it is complete.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    private long Settled => Recorded + RecordedBefore + Refused;

    /// <summary>Imports the file as far as possible.</summary>
    /// <returns>False if it was cancelled.</returns>
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
        catch (Exception exception) when (exception is ServiceUnavailableException
            or IOException or UnauthorizedAccessException) // writing the refused lines failed
        {
            SetFault(exception.Message);
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

    /// <summary>If the file cannot be read any further, the lines before are still imported.</summary>
    private async Task<bool> AdvanceAsync(IAsyncEnumerator<InputLine> lines)
    {
        try
        {
            return await lines.MoveNextAsync();
        }
        catch (WrongUseException exception)
        {
            SetFault(exception.Message);
            return false;
        }
    }

    /// <summary>
    /// Sends a batch and retries its failed events. After the retry time they are given up; if no other event succeeded in that time
    /// either, the import ends.
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
                    throw new ServiceUnavailableException($"The service fails. {left.Reason}");
                }

                SetFault($"Events were given up. {left.Reason}");
                return;
            }

            batch = left.Events;
            await Task.Delay(pause, clock, cancellationToken);
        }
    }

    /// <summary>
    /// Makes one call. If all its events are refused, each half is sent separately until only invalid events are refused.
    /// </summary>
    /// <returns>The events to retry.</returns>
    private async Task<Remainder> TryAsync(IReadOnlyList<EventLine> events, CancellationToken cancellationToken)
    {
        switch (await service.SendAsync(events, cancellationToken))
        {
            case BatchResponse.Results response:
                Interlocked.Exchange(ref _failing, 0);
                return Settle(events, response.Items);
            case BatchResponse.Refused response when events.Count == 1:
                Refuse(events[0], response.Problem);
                return Remainder.None;
            case BatchResponse.Refused:
                var half = events.Count / 2;
                return await TryAsync([.. events.Take(half)], cancellationToken)
                    + await TryAsync([.. events.Skip(half)], cancellationToken);
            case BatchResponse.Failed failure:
                if (Interlocked.Exchange(ref _failing, 1) == 0)
                {
                    report($"The service fails. {failure.Reason} Retrying for up to {options.RetryFor.TotalSeconds} seconds.");
                }

                return new Remainder(events, failure.Reason, failure.RetryAfter);
            case BatchResponse.CallerRefused refusal:
                throw new ServiceUnavailableException($"The service refuses every call. {refusal.Reason}");
            case var response:
                throw new InvalidOperationException($"A response of an unknown kind: {response}.");
        }
    }

    private Remainder Settle(IReadOnlyList<EventLine> events, IReadOnlyList<EventResult> results)
    {
        List<EventLine> retried = [];
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
            else if (result.CanBeRetried)
            {
                retried.Add(line);
                reason = result.Describe();
            }
            else
            {
                Refuse(line, result.Problem ?? JsonSerializer.SerializeToElement(new { result.Status }, ApiJson.Options));
            }
        }

        return new Remainder(retried, reason, TimeSpan.Zero);
    }

    private void Refuse(EventLine line, JsonElement problem)
    {
        refusedLines.Add(line, problem);
        Interlocked.Increment(ref _refused);
    }

    /// <summary>Keeps the first reason, because later ones mostly follow from it.</summary>
    private void SetFault(string reason) => Interlocked.CompareExchange(ref _fault, reason, null);

    /// <summary>
    /// A random pause up to a maximum that doubles each time, so that callers that failed together do not retry together; but at least the
    /// service's Retry-After.
    /// </summary>
    private TimeSpan Pause(int attempt, TimeSpan retryAfter)
    {
        var max = Math.Min(MaxPause.TotalSeconds, FirstPause.TotalSeconds * Math.Pow(2, attempt));
        var pause = TimeSpan.FromSeconds(random.Next() * max);
        return pause > retryAfter ? pause : retryAfter;
    }

    /// <summary>Further calls are useless.</summary>
    private sealed class ServiceUnavailableException(string reason) : Exception(reason);

    /// <summary>The events that an attempt did not complete, and the reason.</summary>
    private sealed record Remainder(IReadOnlyList<EventLine> Events, string Reason, TimeSpan RetryAfter)
    {
        public static readonly Remainder None = new([], "", TimeSpan.Zero);

        public static Remainder operator +(Remainder one, Remainder other) => new([.. one.Events, .. other.Events],
            one.Reason.Length > 0 ? one.Reason : other.Reason, one.RetryAfter > other.RetryAfter ? one.RetryAfter : other.RetryAfter);
    }
}
