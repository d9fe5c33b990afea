using Flownally.Domain;

namespace Flownally.Api.Problems;

internal sealed record MalformedJson(string Fault) : Error("malformedJson", Fault);

internal sealed record UnknownField : Error
{
    public UnknownField(IReadOnlyList<FieldViolation> violations)
        : base("unknownField", "The request has members that the operation does not know; check their spelling.") =>
        Violations = violations;
}

internal sealed record ParameterInvalid : Error
{
    public ParameterInvalid(string name, string message) : base("parameterInvalid", message) =>
        Violations = [new FieldViolation(name, Code, message)];
}

internal sealed record RouteNotFound() : Error("routeNotFound", "The service has nothing at this address.");

internal sealed record MethodNotAllowed() : Error("methodNotAllowed", "The Allow header lists the methods of this address.");

internal sealed record NotAcceptable() : Error("notAcceptable", "Answers are application/json; let the Accept header allow it.");

internal sealed record UnsupportedMediaType() : Error("unsupportedMediaType",
    "Send the body as Content-Type: application/json, in UTF-8 and without a Content-Encoding.");

internal sealed record RequestTooLarge() : Error("requestTooLarge", "The request's body is larger than this operation takes.");

internal sealed record RequestTimeout() : Error("requestTimeout", "The request's body came too slowly, so the service stopped waiting for it. Nothing was done.");
