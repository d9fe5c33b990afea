using System.Text.Json.Serialization;
using Flownally.Domain;

namespace Flownally.Api.Problems;

/// <summary>The body of every answer that is no success: problem details of RFC 9457, with the members of the contract.</summary>
public sealed class Problem
{
    public const string ContentType = "application/problem+json";

    /// <summary>The address of a page that explains the problem.</summary>
    public required string Type { get; init; }

    public required string Title { get; init; }

    public required int Status { get; init; }

    public string? Detail { get; init; }

    /// <summary>The path of the call.</summary>
    public string? Instance { get; init; }

    public string? Code { get; init; }

    /// <summary>The call's traceparent (W3C Trace Context), by which its operator finds it in the logs.</summary>
    public string? TraceId { get; init; }

    public IReadOnlyList<FieldViolation>? Errors { get; init; }

    /// <summary>Members that only this type of problem has.</summary>
    [JsonExtensionData]
    public Dictionary<string, object>? More { get; init; }
}
