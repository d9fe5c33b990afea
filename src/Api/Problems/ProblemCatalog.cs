using System.Collections.Frozen;

namespace Flownally.Api.Problems;

/// <summary>What every occurrence of a problem has in common (RFC 9457 §3.1).</summary>
/// <param name="Code">The stable code; the problem's type is <c>/problems/{code}</c>.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">A short summary that does not change from occurrence to occurrence.</param>
internal sealed record ProblemType(string Code, int Status, string Title);

/// <summary>The one list of everything the API may answer other than success.</summary>
internal static class ProblemCatalog
{
    public static readonly FrozenDictionary<string, ProblemType> ByCode = new ProblemType[]
    {
        new("malformedJson", 400, "The body is not JSON"),
        new("parameterInvalid", 400, "A parameter has a wrong value"),
        new("pageTokenInvalid", 400, "The page token is not good for this list"),
        new("idempotencyKeyConflict", 400, "Two different idempotency keys"),
        new("unauthenticated", 401, "The call needs a valid API key"),
        new("scopeMissing", 403, "The key lacks a scope"),
        new("roleNotAllowed", 403, "The key's role may not do this"),
        new("eventTypeNotFound", 404, "No such event type"),
        new("eventNotFound", 404, "No such event"),
        new("contactNotFound", 404, "No such contact"),
        new("routeNotFound", 404, "No such address"),
        new("methodNotAllowed", 405, "The address does not take this method"),
        new("notAcceptable", 406, "Only JSON can be answered"),
        new("eventTypeNameTaken", 409, "The name is taken"),
        new("idempotencyKeyExists", 409, "The idempotency key stands for an event already"),
        new("requestTooLarge", 413, "The request is too large"),
        new("payloadTooLarge", 413, "The payload is too large"),
        new("unsupportedMediaType", 415, "The body is not declared as JSON"),
        new("validationFailed", 422, "The request has members that cannot be taken"),
        new("unknownField", 422, "The request has members that are not known"),
        new("payloadInvalid", 422, "The payload does not fit its event type"),
        new("payloadSchemaInvalid", 422, "The payload schema cannot be used"),
        new("eventTypeUnknown", 422, "The event names a type that does not exist"),
        new("idempotencyKeyReused", 422, "The idempotency key stood on another request"),
        new("internal", 500, "A fault of the server"),
        new("databaseUnavailable", 503, "The database is away"),
    }.ToFrozenDictionary(type => type.Code);
}
