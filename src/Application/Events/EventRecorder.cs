using Flownally.Application.Contacts;
using Flownally.Application.EventTypes;
using Flownally.Application.Limits;
using Flownally.Application.Sharing;
using Flownally.Domain;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Events;

/// <summary>Makes events of what a call brings, and has them recorded together. What becomes of one touches no other.</summary>
internal sealed class EventRecorder(ContactGate gate, IEventTypeCatalog catalog, IEventLog log, EventRateLimits rates,
    ProcessorShares processors, IdGenerator ids, TimeProvider clock)
{
    /// <returns>
    /// What became of each, in their order: the event once it is durable, or why it was refused. A failure is told as a refusal,
    /// because it must not hide what became of the others.
    /// </returns>
    public async Task<IReadOnlyList<Result<Event>>> RecordAsync(IReadOnlyList<RecordEvent> moments, CancellationToken cancellationToken)
    {
        if (moments.Count == 0)
        {
            return [];
        }

        var results = new Result<Event>[moments.Count];
        List<int> open = [.. Enumerable.Range(0, Admit(moments, results))];
        var checks = new ChecksOfCall();
        var contacts = gate.OfCall(moments[0].TenantId, moments.Select(moment => moment.ContactId)); // one call has one tenant
        for (var fresh = false; open.Count > 0; fresh = true)
        {
            var types = moments.Count == 1 ? catalog : new CatalogOfCall(catalog);
            var (accepted, events) = (new List<int>(open.Count), new List<Event>(open.Count));
            foreach (var i in open)
            {
                results[i] = await DecideAsync(moments[i], contacts, types, fresh, checks, cancellationToken);
                if (results[i].IsSuccess)
                {
                    accepted.Add(i);
                    events.Add(results[i].Value);
                }
            }

            if (events.Count == 0)
            {
                break;
            }

            var outcomes = await log.AppendAsync(events, cancellationToken);
            List<int> moved = [];
            for (var n = 0; n < events.Count; n++)
            {
                var i = accepted[n];
                switch (outcomes[n])
                {
                    case AppendOutcome.KeyTaken taken:
                        results[i] = new IdempotencyKeyExists(taken.By, results[i].Value.Fingerprint == taken.Fingerprint);
                        break;
                    case AppendOutcome.Overloaded:
                        results[i] = new Overloaded();
                        break;
                    case AppendOutcome.Failed failed:
                        results[i] = Failure.Of(failed.Exception);
                        break;
                    case AppendOutcome.TypeMoved:
                        moved.Add(i);
                        break;
                }
            }

            open = moved;
        }

        return results;
    }

    /// <summary>Refuses the last of the events where they are more than their tenant may record at present.</summary>
    /// <returns>How many of the first may be recorded.</returns>
    private int Admit(IReadOnlyList<RecordEvent> moments, Result<Event>[] results)
    {
        var admitted = rates.Admit(moments[0].Caller, moments.Count, out var refusal); // one call has one caller
        if (refusal is not null)
        {
            results.AsSpan(admitted).Fill(refusal);
        }

        return admitted;
    }

    private async ValueTask<Result<Event>> DecideAsync(RecordEvent moment, ContactGate.Call contacts, IEventTypeCatalog types, bool fresh, ChecksOfCall checks,
        CancellationToken cancellationToken)
    {
        try
        {
            if (await contacts.RefusalAsync(moment.ContactId, cancellationToken) is { } refusal)
            {
                return refusal;
            }

            if (await types.FindAsync(moment.TenantId, moment.EventType, fresh, cancellationToken) is not { } type)
            {
                return new EventTypeUnknown(moment.EventType.Field);
            }

            var decided = await DecideAsync(moment, type, checks, cancellationToken);
            if (decided.IsSuccess || fresh)
            {
                return decided;
            }

            // The refusal is final where the type is still the one that was cached.
            var current = await types.FindAsync(moment.TenantId, moment.EventType, fresh: true, cancellationToken);
            return current is null ? new EventTypeUnknown(moment.EventType.Field)
                : current.Id == type.Id && current.Revision == type.Revision ? decided
                : await DecideAsync(moment, current, checks, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return Failure.Of(exception);
        }
    }

    private async ValueTask<Result<Event>> DecideAsync(RecordEvent moment, EventType type, ChecksOfCall checks, CancellationToken cancellationToken)
    {
        if (checks.AreTooMany)
        {
            return ChecksOfCall.Refusal;
        }

        var work = new Work(Work.OfPayload, cancellationToken);
        using var place = type.PayloadSchema is null ? null : await processors.EnterAsync(moment.TenantId, cancellationToken);
        var decided = type.Record(new EventId(ids.Next()), moment.ContactId, moment.Payload, moment.OccurredAt,
            moment.BodyKey ?? moment.HeaderKey, clock.GetUtcNow(), work, moment.SuppressJourneys);
        checks.Add(work);
        return decided;
    }

    /// <summary>What the payloads of one call have taken to check.</summary>
    private sealed class ChecksOfCall
    {
        public static readonly Error Refusal = new RateLimited("the work of checking payloads that one call may take", RateLimited.Soon);

        private long _spent;

        public bool AreTooMany => _spent >= Work.OfCall;

        public void Add(Work work) => _spent += work.Spent;
    }

    /// <summary>The types that a call of many moments names, each looked up once, and once afresh.</summary>
    private sealed class CatalogOfCall(IEventTypeCatalog catalog) : IEventTypeCatalog
    {
        private readonly Dictionary<(TenantId, EventTypeReference, bool Fresh), EventType?> _found = [];

        public async ValueTask<EventType?> FindAsync(TenantId tenant, EventTypeReference reference, bool fresh, CancellationToken cancellationToken)
        {
            var asked = (tenant, reference, fresh);
            if (!_found.TryGetValue(asked, out var type))
            {
                _found[asked] = type = await catalog.FindAsync(tenant, reference, fresh, cancellationToken);
            }

            return type;
        }
    }
}
