namespace Flownally.Domain.Schemas.Patterns;

/// <summary>An instruction of a <see cref="PatternProgram"/>.</summary>
/// <param name="Target">The instruction after a character or a jump, and the second one after a split.</param>
/// <param name="Skip">The instruction without the character; 0 if the character is required.</param>
internal readonly record struct PatternInstruction(PatternCode Code, int Target = 0, int Skip = 0, CharacterSet? Set = null);

internal enum PatternCode
{
    /// <summary>Continues after a character of the set, and without one if the instruction has a skip.</summary>
    Character,

    /// <summary>Continues at the start of the text.</summary>
    Start,

    /// <summary>Continues at the end of the text.</summary>
    End,

    /// <summary>Continues at the next instruction and at the target.</summary>
    Split,

    /// <summary>Continues at the target.</summary>
    Jump,

    /// <summary>The pattern matches.</summary>
    Found,
}
