using System.Text.Json.Serialization;
using Flownally.Domain;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;

namespace Flownally.Api.Problems;

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

    /// <summary>Members that only this type of problem has.</summary>
    [JsonExtensionData]
    public Dictionary<string, object>? More { get; init; }

    public static Problem Of(Error error, string? instance, string? traceId)
    {
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
            Errors = error.Violations.Count > 0 ? error.Violations : null,
            More = error switch
            {
                IdempotencyKeyExists exists => new() { ["existingEventId"] = exists.ExistingEventId, ["sameRequest"] = exists.SameRequest },
                SchemaIncompatible incompatible => new() { ["incompatibilities"] = incompatible.Incompatibilities },
                _ => null,
            },
        };
    }
}
