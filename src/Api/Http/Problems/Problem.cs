using Flownally.Domain;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;

namespace Flownally.Api.Http.Problems;

/// <summary>The body of every answer that is no success: problem details of RFC 9457, with the members of the contract.</summary>
public sealed class Problem
{
    public const string ContentType = "application/problem+json";

    /// <summary>The address of a page that explains the problem.</summary>
    public required string Type { get; init; }

    /// <summary>What all problems of this type have in common.</summary>
    public required string Title { get; init; }

    public required int Status { get; init; }

    /// <summary>What happened this time.</summary>
    public string? Detail { get; init; }

    /// <summary>The path of the call.</summary>
    public string? Instance { get; init; }

    /// <summary>The stable name to branch on.</summary>
    public string? Code { get; init; }

    /// <summary>The call's traceparent (W3C Trace Context), by which its operator finds it in the logs.</summary>
    public string? TraceId { get; init; }

    /// <summary>Every place of the request that is at fault.</summary>
    public IReadOnlyList<FieldViolation>? Errors { get; init; }

    /// <summary>Of <c>idempotencyKeyExists</c>: the event first recorded under the key.</summary>
    public EventId? ExistingEventId { get; init; }

    /// <summary>Of <c>idempotencyKeyExists</c>: true where the repeat was identical, so that it can be treated as done.</summary>
    public bool? SameRequest { get; init; }

    /// <summary>Of <c>schemaIncompatible</c>: each rule of the new schema that stored events break.</summary>
    public IReadOnlyList<Incompatibility>? Incompatibilities { get; init; }

    /// <summary>Used by other parts of the product; no operation of this one fills it.</summary>
    public Window? MessagingWindow { get; init; }

    /// <param name="room">How much may be named; null for as much as one answer may.</param>
    internal static Problem Of(Error error, string? instance, string? traceId, ProblemRoom? room = null)
    {
        room ??= ProblemRoom.OfAnswer();
        var type = ProblemCatalog.ByCode[error.Code];
        return new Problem
        {
            Type = type.Address,
            Title = type.Title,
            Status = type.Status,
            Detail = error.Detail,
            Instance = instance,
            Code = type.Code,
            TraceId = traceId,
            Errors = room.Take(error.Violations),
            ExistingEventId = (error as IdempotencyKeyExists)?.ExistingEventId,
            SameRequest = (error as IdempotencyKeyExists)?.SameRequest,
            Incompatibilities = room.Take((error as SchemaIncompatible)?.Incompatibilities ?? []),
        };
    }
}
