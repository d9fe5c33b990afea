using Flownally.Domain;
using Flownally.Domain.Events;
using Flownally.Domain.Schemas;

namespace Flownally.Application;

/// <summary>What an exception is called where a caller is told of it: nothing of the inside shows.</summary>
public static class Failure
{
    public static Error Of(Exception exception) => exception switch
    {
        DatabaseUnavailableException => new DatabaseUnavailable() { Cause = exception },
        WorkTimedOutException => new Overloaded() { Cause = exception },
        _ => new Internal() { Cause = exception },
    };
}

/// <param name="Reason">Only told to operators; null for a call.</param>
public sealed record DatabaseUnavailable(string? Reason = null) : Error("databaseUnavailable",
    Reason ?? "The database cannot be reached at the moment. Repeat the call later, a recording under its idempotency key.");

public sealed record Internal() : Error("internal", "The server failed at this call. Tell its operator the traceId.");
