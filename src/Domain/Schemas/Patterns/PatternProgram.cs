using System.Buffers;
using System.Text;

namespace Flownally.Domain.Schemas.Patterns;

/// <summary>
/// A pattern as a program that looks for it in a text: K. Thompson, "Regular Expression Search Algorithm", 1968, with the virtual machine
/// of R. Cox, https://swtch.com/~rsc/regexp/regexp2.html. All ways to match go on side by side, so the work is at most the text's length
/// times the program's, and the memory is the program's. Both are known before a text is seen, unlike those of an automaton.
/// </summary>
internal sealed class PatternProgram
{
    /// <summary>Instructions of one pattern.</summary>
    public const int MaxLength = 400;

    /// <summary>Of one that is stored since it was accepted by an earlier version, which had another limit.</summary>
    public const int MaxRestoredLength = 100_000;

    private const int LongestOnStack = 250;

    /// <summary>What it costs to begin with a text, however short.</summary>
    private const int UnitsOfStart = 20;

    private const long Countless = 1_000_000;

    private readonly Instruction[] _instructions;
    private readonly bool _beginsAtStart;

    private PatternProgram(Instruction[] instructions)
    {
        _instructions = instructions;
        _beginsAtStart = instructions[0].Code == Code.Start;
        Weight = (24L * instructions.Length) + instructions.Select(instruction => instruction.Set).OfType<CharacterSet>().Distinct().Sum(set => set.Weight);
    }

    private enum Code
    {
        /// <summary>Passes a character of a set, or is skipped where it says so.</summary>
        Character,

        /// <summary>Passes at the start of the text.</summary>
        Start,

        /// <summary>Passes at the end of the text.</summary>
        End,

        /// <summary>Goes on at both places.</summary>
        Split,

        /// <summary>Goes on elsewhere.</summary>
        Jump,

        /// <summary>The pattern was found.</summary>
        Found,
    }

    public int Length => _instructions.Length;

    /// <summary>Bytes, as an estimate.</summary>
    public long Weight { get; }

    /// <summary>How many instructions a pattern may have.</summary>
    /// <param name="isStored">Whether it was accepted by an earlier version.</param>
    public static int MostSteps(bool isStored) => isStored ? MaxRestoredLength : MaxLength;

    /// <param name="isStored">Whether the pattern was accepted by an earlier version, which took more.</param>
    /// <exception cref="FormatException">The text is no pattern, needs what is refused, or would be too long a program.</exception>
    public static PatternProgram Compile(string pattern, bool isStored = false)
    {
        var most = MostSteps(isStored);
        var root = PatternParser.Parse(pattern, most, isStored);
        var length = LengthOf(root); // without the last instruction
        if (length >= most)
        {
            throw new FormatException($"The pattern is too long: it would take {length} steps, and fewer than {most} are allowed. Use fewer alternatives and repetitions, and say lengths by minLength and maxLength.");
        }

        var instructions = new List<Instruction>((int)length);
        Emit(root, instructions);
        instructions.Add(new Instruction(Code.Found));
        return new PatternProgram([.. instructions]);
    }

    /// <summary>Whether the pattern is found somewhere in a text.</summary>
    /// <returns>False also once the work is spent.</returns>
    public bool IsMatch(ReadOnlySpan<char> text, Work work)
    {
        work.Spend(UnitsOfStart + (Length / 2)); // the memory is cleared first
        if (Length <= LongestOnStack)
        {
            return IsMatch(text, work, stackalloc int[4 * Length]);
        }

        var rented = ArrayPool<int>.Shared.Rent(4 * Length);
        try
        {
            rented.AsSpan(0, 4 * Length).Clear();
            return IsMatch(text, work, rented.AsSpan(0, 4 * Length));
        }
        finally
        {
            ArrayPool<int>.Shared.Return(rented);
        }
    }

    private bool IsMatch(ReadOnlySpan<char> text, Work work, Span<int> memory)
    {
        var now = memory[..Length];
        var next = memory[Length..(2 * Length)];
        var threads = new Threads(this, memory[(2 * Length)..(3 * Length)], memory[(3 * Length)..(4 * Length)]);
        var (count, at) = (0, 0);
        while (true)
        {
            // A thread of its own begins at each place, because the pattern may be found anywhere.
            if ((at == 0 || !_beginsAtStart) && threads.Add(0, now, ref count, at == 0, at == text.Length))
            {
                return true;
            }

            if (at == text.Length || (count == 0 && _beginsAtStart) || !work.Spend(1 + threads.TakeSteps()))
            {
                return false;
            }

            Rune.DecodeFromUtf16(text[at..], out var character, out var width);
            at += width;
            threads.NextPlace();
            var nextCount = 0;
            foreach (var thread in now[..count])
            {
                ref readonly var instruction = ref _instructions[thread];
                if (instruction.Set!.Contains(character.Value) && threads.Add(instruction.Target, next, ref nextCount, isStart: false, at == text.Length))
                {
                    return true;
                }
            }

            if (!work.Spend(count))
            {
                return false;
            }

            var passed = now;
            now = next;
            next = passed;
            count = nextCount;
        }
    }

    /// <summary>How many instructions a part becomes; <see cref="Countless"/> stands for any larger number.</summary>
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
                return Sum(Product(Math.Max(part, 1), repeat.Min), optional); // also where nothing is repeated, and takes time to write
            default:
                return 1;
        }

        static long Sum(long one, long other) => Math.Min(one + other, Countless);

        static long Product(long one, long times) => Math.Min(one * Math.Min(times, Countless), Countless);
    }

    private static void Emit(PatternNode node, List<Instruction> program)
    {
        switch (node)
        {
            case PatternNode.Character character:
                program.Add(new Instruction(Code.Character, program.Count + 1, Set: character.Set));
                break;
            case PatternNode.Edge edge:
                program.Add(new Instruction(edge.IsStart ? Code.Start : Code.End));
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

    private static void EmitChoice(IReadOnlyList<PatternNode> branches, List<Instruction> program)
    {
        List<int> ends = [];
        foreach (var branch in branches.SkipLast(1))
        {
            var split = Reserve(program);
            Emit(branch, program);
            ends.Add(Reserve(program));
            program[split] = new Instruction(Code.Split, program.Count);
        }

        Emit(branches[^1], program);
        foreach (var end in ends)
        {
            program[end] = new Instruction(Code.Jump, program.Count);
        }
    }

    /// <summary>What may be left out is nested, so that a text of n characters keeps one thread busy, not n.</summary>
    private static void EmitRepeat(PatternNode.Repeat repeat, List<Instruction> program)
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
            program.Add(new Instruction(Code.Jump, loop));
            program[loop] = new Instruction(Code.Split, program.Count);
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
                program[split] = new Instruction(Code.Split, program.Count);
            }
        }
    }

    /// <summary>Single characters, which most repetitions are of, need one instruction each.</summary>
    /// <param name="most">Null for any number.</param>
    private static void EmitOptional(CharacterSet set, int? most, List<Instruction> program)
    {
        if (most is null)
        {
            program.Add(new Instruction(Code.Character, program.Count, Skip: program.Count + 1, set));
            return;
        }

        var end = program.Count + most.Value;
        while (program.Count < end)
        {
            program.Add(new Instruction(Code.Character, program.Count + 1, Skip: end, set));
        }
    }

    private static int Reserve(List<Instruction> program)
    {
        program.Add(default);
        return program.Count - 1;
    }

    /// <param name="Target">Where to go: after a character, by a jump, and by a split besides the next instruction.</param>
    /// <param name="Skip">Where to go without the character; 0 where it must be there.</param>
    private readonly record struct Instruction(Code Code, int Target = 0, int Skip = 0, CharacterSet? Set = null);

    /// <summary>Follows the instructions that pass no character, and keeps each thread once at each place.</summary>
    private ref struct Threads(PatternProgram program, Span<int> marks, Span<int> pending)
    {
        private readonly Span<int> _marks = marks;
        private readonly Span<int> _pending = pending;
        private int _place = -1;
        private int _steps;

        /// <summary>Begins anew: no thread stands at the next place yet.</summary>
        public void NextPlace() => _place--;

        /// <summary>How many instructions were followed since it was asked last.</summary>
        public int TakeSteps()
        {
            var steps = _steps;
            _steps = 0;
            return steps;
        }

        /// <returns>Whether the pattern was found.</returns>
        public bool Add(int start, Span<int> threads, ref int count, bool isStart, bool isEnd)
        {
            var waiting = 0;
            Push(start, ref waiting);
            while (waiting > 0)
            {
                var at = _pending[--waiting];
                _steps++;
                ref readonly var instruction = ref program._instructions[at];
                switch (instruction.Code)
                {
                    case Code.Found:
                        return true;
                    case Code.Character:
                        threads[count++] = at;
                        if (instruction.Skip > 0)
                        {
                            Push(instruction.Skip, ref waiting);
                        }

                        break;
                    case Code.Jump:
                        Push(instruction.Target, ref waiting);
                        break;
                    case Code.Split:
                        Push(instruction.Target, ref waiting);
                        Push(at + 1, ref waiting);
                        break;
                    case Code.Start when isStart:
                    case Code.End when isEnd:
                        Push(at + 1, ref waiting);
                        break;
                }
            }

            return false;
        }

        private void Push(int at, ref int waiting)
        {
            if (_marks[at] != _place)
            {
                _marks[at] = _place;
                _pending[waiting++] = at;
            }
        }
    }
}
