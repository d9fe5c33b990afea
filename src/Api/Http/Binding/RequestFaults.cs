using Flownally.Api.Http.Problems;
using Flownally.Domain;
using Flownally.Domain.Json;

namespace Flownally.Api.Http.Binding;

/// <summary>The faults found in a body, and the error that results from them.</summary>
/// <param name="depth">The nesting depth of the body.</param>
internal sealed class RequestFaults(int depth)
{
    private readonly List<FieldViolation> _violations = [];
    private Error? _precedent;
    private bool _unknown;

    public int Depth => depth;

    /// <summary>Whether the maximum of reported faults is reached. Reading stops then.</summary>
    public bool AreEnough => _violations.Count >= Error.MaxViolations;

    /// <summary>The error; null without faults. An unknown member often causes the other faults, so it determines the code.</summary>
    public Error? Refusal => _precedent
        ?? (_violations.Count == 0 ? null : _unknown ? new UnknownField(_violations) : new ValidationFailed(_violations));

    public void Add(RequestPointer pointer, string code, string message) =>
        _violations.Add(new FieldViolation(pointer.ToString(), code, message));

    public void AddUnknown(RequestPointer pointer, string message)
    {
        _unknown = true;
        Add(pointer, "unknownField", message);
    }

    /// <summary>Adds an error of the domain. An error other than <see cref="ValidationFailed"/> takes precedence over all faults.</summary>
    public void Add(Error? error)
    {
        if (error is ValidationFailed)
        {
            _violations.AddRange(error.Violations);
        }
        else
        {
            _precedent ??= error;
        }
    }
}

/// <summary>The JSON pointer of a value. Its text is built only for a fault, which is rare.</summary>
internal readonly record struct RequestPointer(string Parent, string? Name)
{
    public RequestPointer Member(string name) => new(ToString(), name);

    public override string ToString() =>
        Name is null ? Parent : FieldViolation.Cut($"{Parent}/{JsonPointer.Escape(Name)}", FieldViolation.MaxFieldLength);
}
