namespace Flownally.Domain.Schemas.Patterns;

/// <summary>Compiles the syntax tree of a pattern to the instructions of a <see cref="PatternProgram"/>.</summary>
internal static class PatternCompiler
{
    private const long LengthLimit = 1_000_000;

    /// <exception cref="FormatException">The program would have <paramref name="maxLength"/> instructions or more.</exception>
    public static PatternInstruction[] Compile(PatternNode root, int maxLength)
    {
        var length = LengthOf(root); // without the last instruction
        if (length >= maxLength)
        {
            throw new FormatException($"The pattern is too long: it would take {length} steps, and fewer than {maxLength} are allowed."
                + " Use fewer alternatives and repetitions, and limit lengths with minLength and maxLength.");
        }

        var instructions = new List<PatternInstruction>((int)length);
        Emit(root, instructions);
        instructions.Add(new PatternInstruction(PatternCode.Found));
        return [.. instructions];
    }

    /// <summary>The number of instructions of a node, at most <see cref="LengthLimit"/>.</summary>
    private static long LengthOf(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.Sequence sequence:
                return sequence.Parts.Aggregate(0L, (sum, part) => Sum(sum, LengthOf(part)));
            case PatternNode.Choice choice:
                return choice.Branches.Aggregate(-2L, (sum, branch) => Sum(sum, Sum(LengthOf(branch), 2)));
            case PatternNode.Repeat { Part: PatternNode.Character } repeat:
                return Sum(repeat.Max ?? repeat.Min, repeat.Max is null ? 1 : 0);
            case PatternNode.Repeat repeat:
                var part = LengthOf(repeat.Part);
                var optional = repeat.Max is { } max ? Product(Sum(part, 1), max - repeat.Min) : Sum(part, 2);
                return Sum(Product(Math.Max(part, 1), repeat.Min), optional); // an empty part counts, because its repetition takes time
            default:
                return 1;
        }

        static long Sum(long one, long other) => Math.Min(one + other, LengthLimit);

        static long Product(long one, long times) => Math.Min(one * Math.Min(times, LengthLimit), LengthLimit);
    }

    private static void Emit(PatternNode node, List<PatternInstruction> program)
    {
        switch (node)
        {
            case PatternNode.Character character:
                program.Add(new PatternInstruction(PatternCode.Character, program.Count + 1, Set: character.Set));
                break;
            case PatternNode.Edge edge:
                program.Add(new PatternInstruction(edge.IsStart ? PatternCode.Start : PatternCode.End));
                break;
            case PatternNode.Sequence sequence:
                foreach (var part in sequence.Parts)
                {
                    Emit(part, program);
                }

                break;
            case PatternNode.Choice choice:
                EmitChoice(choice.Branches, program);
                break;
            case PatternNode.Repeat repeat:
                EmitRepeat(repeat, program);
                break;
        }
    }

    private static void EmitChoice(IReadOnlyList<PatternNode> branches, List<PatternInstruction> program)
    {
        List<int> ends = [];
        foreach (var branch in branches.SkipLast(1))
        {
            var split = Reserve(program);
            Emit(branch, program);
            ends.Add(Reserve(program));
            program[split] = new PatternInstruction(PatternCode.Split, program.Count);
        }

        Emit(branches[^1], program);
        foreach (var end in ends)
        {
            program[end] = new PatternInstruction(PatternCode.Jump, program.Count);
        }
    }

    /// <summary>Nests the optional repetitions, so that a text of n characters needs one thread instead of n.</summary>
    private static void EmitRepeat(PatternNode.Repeat repeat, List<PatternInstruction> program)
    {
        for (var i = 0; i < repeat.Min; i++)
        {
            Emit(repeat.Part, program);
        }

        if (repeat.Part is PatternNode.Character character)
        {
            EmitOptional(character.Set, repeat.Max - repeat.Min, program);
        }
        else if (repeat.Max is null)
        {
            var loop = Reserve(program);
            Emit(repeat.Part, program);
            program.Add(new PatternInstruction(PatternCode.Jump, loop));
            program[loop] = new PatternInstruction(PatternCode.Split, program.Count);
        }
        else
        {
            List<int> splits = [];
            for (var i = repeat.Min; i < repeat.Max; i++)
            {
                splits.Add(Reserve(program));
                Emit(repeat.Part, program);
            }

            foreach (var split in splits)
            {
                program[split] = new PatternInstruction(PatternCode.Split, program.Count);
            }
        }
    }

    /// <summary>Most repetitions are of single characters, which need one instruction each.</summary>
    /// <param name="max">Null for no limit.</param>
    private static void EmitOptional(CharacterSet set, int? max, List<PatternInstruction> program)
    {
        if (max is null)
        {
            program.Add(new PatternInstruction(PatternCode.Character, program.Count, Skip: program.Count + 1, set));
            return;
        }

        var end = program.Count + max.Value;
        while (program.Count < end)
        {
            program.Add(new PatternInstruction(PatternCode.Character, program.Count + 1, Skip: end, set));
        }
    }

    private static int Reserve(List<PatternInstruction> program)
    {
        program.Add(default);
        return program.Count - 1;
    }
}
