using Flownally.Domain;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;

namespace Flownally.Api.Http.Problems;

/// <summary>The body of every error response: problem details of RFC 9457, with the members of this contract.</summary>
public sealed class Problem
{
    public const string ContentType = "application/problem+json";

    /// <summary>The address of a page that explains the problem.</summary>
    public required string Type { get; init; }

    /// <summary>A short summary of the problem type.</summary>
    public required string Title { get; init; }

    public required int Status { get; init; }

    /// <summary>The details of this occurrence.</summary>
    public string? Detail { get; init; }

    /// <summary>The path of the call.</summary>
    public string? Instance { get; init; }

    /// <summary>The stable code to branch on.</summary>
    public string? Code { get; init; }

    /// <summary>The call's traceparent (W3C Trace Context). Operators find the call in the logs by it.</summary>
    public string? TraceId { get; init; }

    /// <summary>Each invalid place of the request.</summary>
    public IReadOnlyList<FieldViolation>? Errors { get; init; }

    /// <summary>With `idempotencyKeyExists`: the event first recorded with the key.</summary>
    public EventId? ExistingEventId { get; init; }

    /// <summary>With `idempotencyKeyExists`: true if the repeated request is identical, so it needs no further action.</summary>
    public bool? SameRequest { get; init; }

    /// <summary>With `schemaIncompatible`: each rule of the new schema that stored events break.</summary>
    public IReadOnlyList<Incompatibility>? Incompatibilities { get; init; }

    /// <summary>Used by other parts of the product; no operation of this service sets it.</summary>
    public MessagingWindow? MessagingWindow { get; init; }

    /// <param name="budget">The size limit of the lists; null for that of a single response.</param>
    internal static Problem Of(Error error, string? instance, string? traceId, ProblemBudget? budget = null)
    {
        budget ??= ProblemBudget.ForResponse();
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
            Errors = budget.Take(error.Violations),
            ExistingEventId = (error as IdempotencyKeyExists)?.ExistingEventId,
            SameRequest = (error as IdempotencyKeyExists)?.SameRequest,
            Incompatibilities = budget.Take((error as SchemaIncompatible)?.Incompatibilities ?? []),
        };
    }
}
