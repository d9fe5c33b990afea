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

/// <summary>Changes a type. A new schema is accepted if and only if every stored event of the type fits it.</summary>
/// <param name="IfMatch">The accepted revisions; null accepts any revision.</param>
/// <param name="ValidateOnly">Makes all checks, but changes nothing.</param>
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
    /// <summary>Limit of payloads to scan under the lock, which takes some milliseconds.</summary>
    private const int MaxPayloadsUnderLock = 1_000;

    /// <summary>
    /// After this many scans without the lock, all remaining payloads are scanned under the lock. A long transaction can hold back the
    /// horizon, and then the number of remaining payloads never becomes small.
    /// </summary>
    private const int MaxScans = 8;

    /// <summary>
    /// Limit of work under the lock, about 100 ms. Recording of this type waits for the lock, and the feed of all tenants waits for the
    /// transaction.
    /// </summary>
    private const long MaxWorkUnderLock = 20_000_000;

    /// <summary>
    /// If a proof shows that the new schema accepts every payload that the old one accepts, no scan is necessary. Otherwise the handler
    /// scans without a lock, then locks the type and scans the payloads recorded since. If these are too many, it releases the lock and
    /// scans again. Each payload is checked once: later changes of the type cannot affect the result.
    /// </summary>
    public async Task<Result<EventTypeRevision>> Handle(UpdateEventType request, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
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

                var isSchemaChange = changed.Value.SchemaVersion != locked.Type.SchemaVersion;
                if (!isSchemaChange || comparison is null || provedRevision == locked.Type.Revision)
                {
                    if (isSchemaChange)
                    {
                        CountDecision(SchemaDecisionMetrics.Proof);
                    }

                    return await SaveAsync(request, locked, changed.Value, SchemaAcceptance.Proof, cancellationToken);
                }

                int? limit = scans < MaxScans ? MaxPayloadsUnderLock : null;
                if (await TryScanAsync(locked, horizon, limit, comparison, cancellationToken))
                {
                    CountDecision(comparison.TooComplex is null ? SchemaDecisionMetrics.Scan : SchemaDecisionMetrics.TooComplex);
                    if (comparison.TooComplex is { } stored)
                    {
                        return PayloadSchemaInvalid.TooComplex(stored);
                    }

                    return comparison.IsCompatible
                        ? await SaveAsync(request, locked, changed.Value, SchemaAcceptance.Scan, cancellationToken)
                        : new SchemaIncompatible(locked.Type.Name, comparison.Against(locked.Type.PayloadSchema));
                }

                if (scans == MaxScans)
                {
                    CountDecision(SchemaDecisionMetrics.TooComplex);
                    return PayloadSchemaInvalid.TooComplex(stored: null);
                }
            }

            horizon = await payloads.ScanAsync(
                request.TenantId, request.Id, horizon, stored => comparison.Add(stored, cancellationToken), cancellationToken);
        }

        void CountDecision(string basis) => decisions.Add(basis, clock.GetElapsedTime(start));
    }

    /// <summary>Scans the payloads since a horizon under the lock, within the limits.</summary>
    /// <returns>False if there is too much to scan. The comparison is then unchanged.</returns>
    private static async Task<bool> TryScanAsync(ILockedEventType locked, FeedHorizon since, int? limit, SchemaComparison comparison,
        CancellationToken cancellationToken)
    {
        var (rest, spent) = (comparison.CreateEmpty(), 0L);
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
            if (spent > MaxWorkUnderLock)
            {
                throw new LockHeldTooLongException();
            }
        }
    }

    /// <summary>Attempts the proof before the lock is taken.</summary>
    /// <returns>The revision of the type for which the proof holds; null without a proof.</returns>
    private async Task<int?> ProveAsync(UpdateEventType request, CancellationToken cancellationToken)
    {
        if (await types.FindAsync(request.TenantId, request.Id, cancellationToken) is not { } type)
        {
            return null;
        }

        using var slot = await processors.EnterAsync(request.TenantId, cancellationToken);
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

    /// <summary>Ends a scan under the lock. The handler catches it.</summary>
    private sealed class LockHeldTooLongException : Exception;
}
