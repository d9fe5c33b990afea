using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// The state of one check: its work budget, its path in the payload, and its faults. Pointers and messages are written only for faults,
/// so a payload that fits costs no text.
/// </summary>
internal sealed class Evaluation(Work work)
{
    /// <summary>Limit of faults; the check stops there.</summary>
    public const int MaxFaults = 50;

    /// <summary>
    /// Limit of nested schemas, including those of members and references. The smallest stack has room for more, so no verdict depends on
    /// the stack.
    /// </summary>
    private const int MaxDepth = 500;

    /// <summary>Work units per schema, without its keywords.</summary>
    private const int UnitsPerSchema = 12;

    private readonly List<PayloadFault> _faults = [];
    private readonly List<Step> _path = [];
    private int _depth;
    private int _trials;
    private bool _isTooDeep;

    public Work Work => work;

    /// <summary>Whether faults are collected; otherwise the check stops at the first one.</summary>
    public bool Collects => _trials == 0;

    public IReadOnlyList<PayloadFault> Faults => _faults;

    /// <summary>Whether the check was abandoned. It then has no verdict.</summary>
    public bool IsTooComplex => _isTooDeep || (work.IsSpent && _faults.Count < MaxFaults);

    /// <summary>Whether the check can stop.</summary>
    public bool IsOver => _isTooDeep || work.IsSpent || _faults.Count == MaxFaults;

    /// <summary>Call it before a schema is evaluated, and <see cref="Leave"/> after it.</summary>
    /// <returns>False if the check can stop.</returns>
    public bool Enter()
    {
        _isTooDeep |= ++_depth > MaxDepth;
        return work.Spend(UnitsPerSchema) && !IsOver;
    }

    public void Leave() => _depth--;

    /// <summary>Evaluates a schema without collecting faults, such as the schema of <c>not</c> or a branch of <c>anyOf</c>.</summary>
    public bool Try(SchemaNode node, ref Instance instance, Evaluated? evaluated)
    {
        _trials++;
        var valid = node.Validate(ref instance, this, evaluated);
        _trials--;
        return valid;
    }

    /// <summary>Validates the value of a member.</summary>
    public bool Member(JsonProperty member, SchemaNode node) => Below(new Step(member, 0), member.Value, node);

    /// <summary>Validates an element.</summary>
    public bool Element(JsonElement element, int index, SchemaNode node) => Below(new Step(null, index), element, node);

    /// <param name="keyword">The broken keyword.</param>
    /// <param name="member">The member at fault below the present place; null for the place itself.</param>
    /// <returns>False, always.</returns>
    public bool Fault(Keyword keyword, string code, string message, string? member = null)
    {
        if (Collects && !IsOver)
        {
            _faults.Add(new PayloadFault(Place(member), keyword.Place, code, message));
        }

        return false;
    }

    /// <inheritdoc cref="Fault(Keyword, string, string, string?)"/>
    public bool Fault(Keyword keyword, string code, [InterpolatedStringHandlerArgument("")] ref FaultMessage message,
        string? member = null) => Collects && Fault(keyword, code, message.ToString(), member);

    private bool Below(Step step, JsonElement value, SchemaNode node)
    {
        _path.Add(step);
        var instance = new Instance(value, work);
        var valid = node.Validate(ref instance, this, null);
        _path.RemoveAt(_path.Count - 1);
        return valid;
    }

    private string Place(string? member)
    {
        var pointer = new StringBuilder();
        foreach (var (name, index) in _path)
        {
            if (pointer.Length > FieldViolation.MaxFieldLength)
            {
                break; // FieldViolation cuts the rest
            }

            pointer.Append('/').Append(name is { } named ? JsonPointer.Escape(named.Name) : index.ToString(CultureInfo.InvariantCulture));
        }

        return member is null ? pointer.ToString() : pointer.Append('/').Append(JsonPointer.Escape(member)).ToString();
    }

    /// <summary>One step of the path: a member, or an element by its index.</summary>
    private readonly record struct Step(JsonProperty? Member, int Index);
}

/// <summary>The message of a fault, formatted only if faults are collected.</summary>
[InterpolatedStringHandler]
internal ref struct FaultMessage
{
    /// <summary>Limit of a quoted name or value. It bounds the size of a response.</summary>
    private const int MaxQuoted = 100;

    private DefaultInterpolatedStringHandler _text;

    public FaultMessage(int literalLength, int formattedCount, Evaluation evaluation, out bool isWanted)
    {
        isWanted = evaluation.Collects && !evaluation.IsOver;
        _text = isWanted ? new(literalLength, formattedCount, CultureInfo.InvariantCulture) : default;
    }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public void AppendFormatted(string value) => _text.AppendFormatted(FieldViolation.Cut(value, MaxQuoted + 1));

    /// <summary>Appends a number as the payload writes it.</summary>
    public void AppendFormatted(ReadOnlySpan<byte> ascii) =>
        AppendFormatted(Encoding.ASCII.GetString(ascii[..Math.Min(ascii.Length, MaxQuoted + 2)]));

    public override string ToString() => _text.ToStringAndClear();
}
