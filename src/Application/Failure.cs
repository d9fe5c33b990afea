using Flownally.Domain;
using Flownally.Domain.Events;
using Flownally.Domain.Schemas;

namespace Flownally.Application;

/// <summary>Maps exceptions to errors that reveal no internals to the caller.</summary>
public static class Failure
{
    public static Error Of(Exception exception) => exception switch
    {
        DatabaseUnavailableException => new DatabaseUnavailable() { Cause = exception },
        WorkTimedOutException => new Overloaded() { Cause = exception },
        _ => new Internal() { Cause = exception },
    };
}

/// <param name="Reason">A detail for operators; null in responses to API calls.</param>
public sealed record DatabaseUnavailable(string? Reason = null) : Error("databaseUnavailable",
    Reason ?? "The database is currently unavailable. Retry later; retry a recording with the same idempotency key.");

public sealed record Internal() : Error("internal", "The server failed to process the request. Report the traceId to its operator.");
