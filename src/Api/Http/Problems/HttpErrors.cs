using System.Text.Json;
using Flownally.Domain;

namespace Flownally.Api.Http.Problems;

internal sealed record MalformedJson(string Fault) : Error("malformedJson", Fault)
{
    /// <summary>Names the place of the error; the parser's message contains .NET terms.</summary>
    public MalformedJson(JsonException exception) : this(
        $"The body is not one JSON text in UTF-8: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.")
    {
    }

    /// <param name="violations">The strings with invalid UTF-8.</param>
    public MalformedJson(IReadOnlyList<FieldViolation> violations) : this("The body is not UTF-8; `errors` names each place.") =>
        Violations = violations;
}

internal sealed record DuplicateMember : Error
{
    /// <param name="pointers">The pointers of the repeated members.</param>
    public DuplicateMember(IReadOnlyList<string> pointers) : base("duplicateMember",
        "An object contains a member twice; `errors` names each.") =>
        Violations = [.. pointers.Select(pointer => new FieldViolation(pointer, Code, "The object has this member twice."))];
}

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

internal sealed record ParameterUnknown : Error
{
    /// <summary>The longest part of a parameter's name that a message quotes.</summary>
    private const int MaxQuotedName = 100;

    /// <param name="unknown">The parameters that the operation does not have.</param>
    /// <param name="known">The parameters that the operation has.</param>
    public ParameterUnknown(IReadOnlyList<string> unknown, IReadOnlyList<string> known) : base("parameterUnknown", known.Count == 0
        ? "The operation has no query parameters."
        : $"The operation does not have this query parameter; it has {string.Join(", ", known)}.") =>
        Violations = [.. unknown.Select(name => new FieldViolation(
            name, Code, $"There is no parameter '{FieldViolation.Cut(name, MaxQuotedName)}'."))];
}

internal sealed record RouteNotFound() : Error("routeNotFound", "The service has no resource at this address.");

internal sealed record MethodNotAllowed() : Error("methodNotAllowed", "The Allow header lists the methods of this address.");

internal sealed record NotAcceptable() : Error("notAcceptable", "Responses are application/json; the Accept header must allow it.");

internal sealed record UnsupportedMediaType() : Error("unsupportedMediaType",
    "Send the body as Content-Type: application/json, in UTF-8, with no Content-Encoding but gzip or br.");

internal sealed record RequestTooLarge() : Error("requestTooLarge", "The request's body exceeds the limit of this operation.");

internal sealed record RequestTimeout() : Error("requestTimeout",
    "The request's body arrived too slowly, so the service stopped waiting for it. Nothing was changed.");
