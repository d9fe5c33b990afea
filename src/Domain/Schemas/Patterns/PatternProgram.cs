using System.Buffers;
using System.Text;

namespace Flownally.Domain.Schemas.Patterns;

/// <summary>
/// A program that searches a text for a pattern: K. Thompson, "Regular Expression Search Algorithm", 1968, with the virtual machine of
/// R. Cox, https://swtch.com/~rsc/regexp/regexp2.html. It follows all possible matches in parallel, so the work is at most the length of
/// the text times that of the program, and the memory is proportional to the program. An automaton has no such bounds.
/// </summary>
internal sealed class PatternProgram
{
    /// <summary>Limit of instructions of a new pattern.</summary>
    public const int MaxLength = 400;

    /// <summary>Limit of a stored pattern, because earlier versions accepted longer ones.</summary>
    public const int MaxStoredLength = 100_000;

    private const int MaxLengthOnStack = 250;

    /// <summary>Work units per text, whatever its length.</summary>
    private const int UnitsPerText = 20;

    private readonly PatternInstruction[] _instructions;
    private readonly bool _beginsAtStart;

    private PatternProgram(PatternInstruction[] instructions)
    {
        _instructions = instructions;
        _beginsAtStart = instructions[0].Code == PatternCode.Start;
        Weight = (24L * instructions.Length)
            + instructions.Select(instruction => instruction.Set).OfType<CharacterSet>().Distinct().Sum(set => set.Weight);
    }

    /// <summary>The number of instructions.</summary>
    public int Length => _instructions.Length;

    /// <summary>An estimate of the memory in bytes.</summary>
    public long Weight { get; }

    /// <param name="isStored">Whether an earlier version accepted the pattern.</param>
    public static int LengthLimit(bool isStored) => isStored ? MaxStoredLength : MaxLength;

    /// <param name="isStored">Whether an earlier version accepted the pattern. Its rules were less strict.</param>
    /// <exception cref="FormatException">The pattern is invalid, not supported, or too long.</exception>
    public static PatternProgram Compile(string pattern, bool isStored = false)
    {
        var maxLength = LengthLimit(isStored);
        return new PatternProgram(PatternCompiler.Compile(PatternParser.Parse(pattern, maxLength, isStored), maxLength));
    }

    /// <summary>Whether the pattern matches anywhere in a text.</summary>
    /// <returns>False also if the work budget is spent.</returns>
    public bool IsMatch(ReadOnlySpan<char> text, Work work)
    {
        work.Spend(UnitsPerText + (Length / 2)); // the memory is cleared first
        if (Length <= MaxLengthOnStack)
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
            // A match can begin at any place, so a new thread begins at each.
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
            threads.MoveNext();
            var nextCount = 0;
            foreach (var thread in now[..count])
            {
                ref readonly var instruction = ref _instructions[thread];
                if (instruction.Set!.Contains(character.Value)
                    && threads.Add(instruction.Target, next, ref nextCount, isStart: false, at == text.Length))
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

    /// <summary>Follows the instructions that consume no character, and keeps each thread once per place of the text.</summary>
    private ref struct Threads(PatternProgram program, Span<int> marks, Span<int> pending)
    {
        private readonly Span<int> _marks = marks;
        private readonly Span<int> _pending = pending;
        private int _place = -1;
        private int _steps;

        /// <summary>Moves to the next place, where there are no threads yet.</summary>
        public void MoveNext() => _place--;

        /// <summary>The number of instructions since the last call.</summary>
        public int TakeSteps()
        {
            var steps = _steps;
            _steps = 0;
            return steps;
        }

        /// <returns>Whether the pattern matches.</returns>
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
                    case PatternCode.Found:
                        return true;
                    case PatternCode.Character:
                        threads[count++] = at;
                        if (instruction.Skip > 0)
                        {
                            Push(instruction.Skip, ref waiting);
                        }

                        break;
                    case PatternCode.Jump:
                        Push(instruction.Target, ref waiting);
                        break;
                    case PatternCode.Split:
                        Push(instruction.Target, ref waiting);
                        Push(at + 1, ref waiting);
                        break;
                    case PatternCode.Start when isStart:
                    case PatternCode.End when isEnd:
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
