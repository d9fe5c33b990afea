using AutoMapper;
using Flownally.Application.Authorization;
using Flownally.Application.Feed;
using Flownally.Application.Sharing;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;
using FluentValidation;
using MediatR;

namespace Flownally.Application.EventTypes;

/// <summary>Changes a type. A new schema is taken if and only if every stored event of the type fits it.</summary>
/// <param name="IfMatch">The revisions that the caller would change; null for whichever there is.</param>
/// <param name="ValidateOnly">Decides everything and changes nothing.</param>
[Requires(Scopes.EventTypeUpdate)]
public sealed record UpdateEventType(Caller Caller, EventTypeId Id, EventTypeChange Change, IReadOnlyCollection<int>? IfMatch = null,
    bool ValidateOnly = false) : TenantRequest(Caller), IRequest<Result<EventTypeRevision>>;

internal sealed class UpdateEventTypeValidator : AbstractValidator<UpdateEventType>
{
    public UpdateEventTypeValidator() =>
        RuleFor(command => command.Change.Description.Value).Description();
}

internal sealed class UpdateEventTypeHandler(IEventTypeRepository types, IStoredPayloads payloads, ProcessorShares processors,
    SchemaDecisionMetrics decisions, TimeProvider clock, IMapper mapper)
    : IRequestHandler<UpdateEventType, Result<EventTypeRevision>>
{
    /// <summary>How many payloads are looked at while recording waits: some milliseconds' worth.</summary>
    private const int MostUnderLock = 1_000;

    /// <summary>
    /// After so many scans what came since is looked at under the lock, however much it is: a transaction that stays open
    /// somewhere keeps the horizon back, and the rest would never become small.
    /// </summary>
    private const int MostScans = 8;

    /// <summary>
    /// The work of looking at payloads while the lock is held, some 100 ms: recording of this type waits for it, and the feed of all
    /// tenants for what the transaction began before.
    /// </summary>
    private const long MostWorkUnderLock = 20_000_000;

    /// <summary>
    /// Where a proof shows that the new schema accepts all that the old one does, the stored events need not be looked at.
    /// Else scans without a lock, then locks and looks at what came since; while that is much, lets go and scans on. A payload
    /// that was looked at once fits or breaks the new schema for good, whatever becomes of the type meanwhile.
    /// </summary>
    public async Task<Result<EventTypeRevision>> Handle(UpdateEventType request, CancellationToken cancellationToken)
    {
        var since = clock.GetTimestamp();
        var comparison = request.Change.PayloadSchema.Value is { } schema ? new SchemaComparison(schema) : null;
        var provedRevision = comparison is null ? null : await ProveAsync(request, cancellationToken);
        var horizon = FeedHorizon.Beginning;
        for (var scans = 0; ; scans++)
        {
            await using (var locked = await types.LockAsync(request.TenantId, request.Id, cancellationToken))
            {
                if (locked is null)
                {
                    return new EventTypeNotFound(request.Id.ToString());
                }

                if (request.IfMatch?.Contains(locked.Type.Revision) == false)
                {
                    return new PreconditionFailed();
                }

                var changed = locked.Type.Change(request.Change, clock.GetUtcNow());
                if (!changed.IsSuccess)
                {
                    return changed.Error;
                }

                var decides = changed.Value.SchemaVersion != locked.Type.SchemaVersion;
                if (!decides || comparison is null || provedRevision == locked.Type.Revision)
                {
                    if (decides)
                    {
                        Decided(SchemaDecisionMetrics.Proof);
                    }

                    return await SaveAsync(request, locked, changed.Value, SchemaAcceptance.Proof, cancellationToken);
                }

                int? limit = scans < MostScans ? MostUnderLock : null;
                if (await TryScanAsync(locked, horizon, limit, comparison, cancellationToken))
                {
                    Decided(comparison.TooComplex is null ? SchemaDecisionMetrics.Scan : SchemaDecisionMetrics.TooComplex);
                    if (comparison.TooComplex is { } stored)
                    {
                        return PayloadSchemaInvalid.TooComplex(stored);
                    }

                    return comparison.IsCompatible
                        ? await SaveAsync(request, locked, changed.Value, SchemaAcceptance.Scan, cancellationToken)
                        : new SchemaIncompatible(locked.Type.Name, comparison.Against(locked.Type.PayloadSchema));
                }

                if (scans == MostScans)
                {
                    Decided(SchemaDecisionMetrics.TooComplex);
                    return PayloadSchemaInvalid.TooComplex(stored: null);
                }
            }

            horizon = await payloads.ScanAsync(
                request.TenantId, request.Id, horizon, stored => comparison.Add(stored, cancellationToken), cancellationToken);
        }

        void Decided(string basis) => decisions.Add(basis, clock.GetElapsedTime(since));
    }

    /// <summary>Looks at what came since a horizon. Where that would keep others waiting for too long, nothing of it counts.</summary>
    private static async Task<bool> TryScanAsync(ILockedEventType locked, FeedHorizon since, int? limit, SchemaComparison comparison,
        CancellationToken cancellationToken)
    {
        var (rest, spent) = (comparison.Continue(), 0L);
        try
        {
            if (!await locked.ScanAsync(since, limit, Compare, cancellationToken))
            {
                return false;
            }
        }
        catch (LockHeldTooLongException)
        {
            return false;
        }

        comparison.Add(rest);
        return true;

        void Compare(StoredPayload stored)
        {
            spent += rest.Add(stored, cancellationToken);
            if (spent > MostWorkUnderLock)
            {
                throw new LockHeldTooLongException();
            }
        }
    }

    /// <summary>Tries the proof while nobody has to wait for it.</summary>
    /// <returns>The revision of the type whose schema the new one is proved to widen; null where it is not.</returns>
    private async Task<int?> ProveAsync(UpdateEventType request, CancellationToken cancellationToken)
    {
        if (await types.FindAsync(request.TenantId, request.Id, cancellationToken) is not { } type)
        {
            return null;
        }

        using var place = await processors.EnterAsync(request.TenantId, cancellationToken);
        var proof = request.Change.PayloadSchema.Value!.ProveAccepts(type.PayloadSchema ?? PayloadSchema.Anything, cancellationToken);
        return proof.IsCompatible ? type.Revision : null;
    }

    private async Task<Result<EventTypeRevision>> SaveAsync(UpdateEventType request, ILockedEventType locked, EventType changed,
        SchemaAcceptance acceptance, CancellationToken cancellationToken)
    {
        if (changed != locked.Type)
        {
            if (await locked.SaveAsync(changed, acceptance, request.Caller.KeyId, cancellationToken) is { } taken)
            {
                return taken;
            }

            if (!request.ValidateOnly)
            {
                await locked.CommitAsync(cancellationToken);
            }
        }

        return new EventTypeRevision(mapper.Map<EventTypeResponse>(changed), changed.Revision);
    }

    /// <summary>Ends a scan under the lock. It never leaves the handler.</summary>
    private sealed class LockHeldTooLongException : Exception;
}
