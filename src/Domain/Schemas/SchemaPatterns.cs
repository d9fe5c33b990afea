using Flownally.Domain.Schemas.Patterns;

namespace Flownally.Domain.Schemas;

/// <summary>Compiles the patterns of one schema. Equal patterns share one program.</summary>
/// <param name="isStored">Whether an earlier version accepted the schema. Its rules for patterns were less strict.</param>
internal sealed class SchemaPatterns(SchemaReader reader, bool isStored)
{
    /// <summary>Limit of the characters of a pattern.</summary>
    private const int MaxLength = 512;

    /// <summary>Limit of the instructions of all patterns, equal ones counted once: 25 times the limit of one.</summary>
    private readonly int _maxTotalSteps = 25 * PatternProgram.LengthLimit(isStored);

    private readonly Dictionary<string, PatternProgram> _programs = [];
    private int _steps;

    /// <summary>Limit of the instructions of one pattern, and of all patterns of one <c>patternProperties</c> together.</summary>
    public int MaxSteps => PatternProgram.LengthLimit(isStored);

    /// <summary>An estimate of the memory in bytes.</summary>
    public long Weight => _programs.Values.Sum(program => program.Weight);

    /// <returns>Null if the pattern is not usable; then a fault is reported.</returns>
    public PatternProgram? Read(string? pattern, SchemaPlace at)
    {
        if (pattern is not { Length: <= MaxLength })
        {
            reader.Fault(at, "malformed", $"A pattern is a string of at most {MaxLength} characters.");
            return null;
        }

        if (_programs.TryGetValue(pattern, out var known))
        {
            return known;
        }

        if (_steps > _maxTotalSteps)
        {
            return null; // the fault is already reported
        }

        try
        {
            var program = _programs[pattern] = PatternProgram.Compile(pattern, isStored);
            _steps += program.Length;
            if (_steps > _maxTotalSteps)
            {
                reader.Fault(at, "tooLarge", $"The patterns of a schema may take {_maxTotalSteps} steps together."
                    + " Use fewer or simpler ones; equal ones count once.");
            }

            return program;
        }
        catch (FormatException exception)
        {
            reader.Fault(at, "malformed", exception.Message);
            return null;
        }
    }
}
