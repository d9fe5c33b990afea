using System.Diagnostics;
using Flownally.Application.Contacts;
using Flownally.Application.EventTypes;
using Flownally.Application.Limits;
using Flownally.Application.Sharing;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Events;

/// <summary>Validates and records the events of a call. The events of a batch are independent of one another.</summary>
internal sealed class EventRecorder(ContactGate gate, IEventTypeCatalog catalog, IEventLog log, EventRateLimits rates,
    ProcessorShares processors, IdGenerator ids, TimeProvider clock)
{
    /// <returns>The event after its commit, or the reason why it is refused.</returns>
    public async Task<Result<Event>> RecordAsync(RecordEvent command, CancellationToken cancellationToken)
    {
        if (rates.Admit(command.Caller, 1, out var refusal) == 0)
        {
            return refusal!;
        }

        var contacts = gate.ForCall(command.TenantId, [command.ContactId]);
        var callWork = new CallWork();
        for (var fresh = false; ; fresh = true)
        {
            var validated = await ValidateAsync(command, contacts, catalog, fresh, callWork, cancellationToken);
            if (!validated.IsSuccess)
            {
                return validated;
            }

            var outcome = await log.RecordAsync(validated.Value, cancellationToken);
            if (outcome is not RecordingOutcome.TypeChanged)
            {
                return ResultOf(validated.Value, outcome);
            }
        }
    }

    /// <param name="commands">Commands of the caller. A command that is already refused keeps its refusal.</param>
    /// <returns>For each command, in order: the event after its commit, or the reason why it is refused. An exception for one event
    /// becomes a refusal, because it must not hide the results of the others.</returns>
    public async Task<IReadOnlyList<Result<Event>>> RecordAsync(Caller caller, IReadOnlyList<Result<RecordEvent>> commands,
        CancellationToken cancellationToken)
    {
        List<BatchItem> items = [.. commands.Select(command => new BatchItem(command))];
        var open = items.FindAll(item => item.Result is null);
        var admitted = rates.Admit(caller, open.Count, out var refusal);
        open[admitted..].ForEach(item => item.Result = refusal!);
        open = open[..admitted];

        var contacts = gate.ForCall(caller.TenantId, open.Select(item => item.Command.ContactId));
        var callWork = new CallWork();
        for (var fresh = false; open.Count > 0; fresh = true)
        {
            var types = new CallCatalog(catalog);
            foreach (var item in open)
            {
                item.Result = await ValidateAsync(item.Command, contacts, types, fresh, callWork, cancellationToken);
            }

            var valid = open.FindAll(item => item.Result!.IsSuccess);
            var outcomes = valid.Count == 0 ? [] : await log.RecordAsync([.. valid.Select(item => item.Result!.Value)], cancellationToken);
            open = [];
            foreach (var (item, outcome) in valid.Zip(outcomes))
            {
                if (outcome is RecordingOutcome.TypeChanged)
                {
                    open.Add(item);
                }
                else
                {
                    item.Result = ResultOf(item.Result!.Value, outcome);
                }
            }
        }

        return [.. items.Select(item => item.Result!)];
    }

    private static Result<Event> ResultOf(Event @event, RecordingOutcome outcome) => outcome switch
    {
        RecordingOutcome.Recorded => @event,
        RecordingOutcome.KeyTaken taken => new IdempotencyKeyExists(taken.By, SameRequest: taken.Fingerprint == @event.Fingerprint),
        RecordingOutcome.Overloaded => new Overloaded(),
        RecordingOutcome.Failed failed => Failure.Of(failed.Exception),
        _ => throw new UnreachableException($"{outcome} is not a result for a caller."),
    };

    private async ValueTask<Result<Event>> ValidateAsync(RecordEvent command, ContactGate.Call contacts, IEventTypeCatalog types,
        bool fresh, CallWork callWork, CancellationToken cancellationToken)
    {
        try
        {
            if (await contacts.RefusalAsync(command.ContactId, cancellationToken) is { } refusal)
            {
                return refusal;
            }

            if (await types.FindAsync(command.TenantId, command.EventType, fresh, cancellationToken) is not { } type)
            {
                return new EventTypeUnknown(command.EventType.Field);
            }

            var validated = await ValidateAsync(command, type, callWork, cancellationToken);
            if (validated.IsSuccess || fresh)
            {
                return validated;
            }

            // The refusal is final if the cached type is current.
            var current = await types.FindAsync(command.TenantId, command.EventType, fresh: true, cancellationToken);
            return current is null ? new EventTypeUnknown(command.EventType.Field)
                : current.Id == type.Id && current.Revision == type.Revision ? validated
                : await ValidateAsync(command, current, callWork, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return Failure.Of(exception);
        }
    }

    private async ValueTask<Result<Event>> ValidateAsync(RecordEvent command, EventType type, CallWork callWork,
        CancellationToken cancellationToken)
    {
        if (callWork.IsSpent)
        {
            return CallWork.Refusal;
        }

        var work = new Work(Work.PerPayload, cancellationToken);
        using var slot = type.PayloadSchema is null ? null : await processors.EnterAsync(command.TenantId, cancellationToken);
        var validated = type.Record(new EventId(ids.Next()), command.ContactId, command.Payload, command.OccurredAt,
            command.BodyKey ?? command.HeaderKey, clock.GetUtcNow(), work, command.SuppressJourneys);
        callWork.Add(work);
        return validated;
    }

    /// <summary>An event of a batch in progress.</summary>
    private sealed class BatchItem(Result<RecordEvent> command)
    {
        public RecordEvent Command => command.Value;

        /// <summary>Null until the event is validated.</summary>
        public Result<Event>? Result { get; set; } = command.Match<Result<Event>?>(_ => null, error => error);
    }

    /// <summary>The work spent on the payloads of one call.</summary>
    private sealed class CallWork
    {
        public static readonly Error Refusal = new RateLimited("work for checking payloads per call", RateLimited.MinRetryAfter);

        private long _spent;

        public bool IsSpent => _spent >= Work.PerCall;

        public void Add(Work work) => _spent += work.Spent;
    }

    /// <summary>Looks up each type of a batch once.</summary>
    private sealed class CallCatalog(IEventTypeCatalog catalog) : IEventTypeCatalog
    {
        private readonly Dictionary<(TenantId, EventTypeReference, bool Fresh), EventType?> _found = [];

        public async ValueTask<EventType?> FindAsync(TenantId tenant, EventTypeReference reference, bool fresh,
            CancellationToken cancellationToken)
        {
            var key = (tenant, reference, fresh);
            if (!_found.TryGetValue(key, out var type))
            {
                _found[key] = type = await catalog.FindAsync(tenant, reference, fresh, cancellationToken);
            }

            return type;
        }
    }
}
