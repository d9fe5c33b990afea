using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// One check under way: how far the work goes, where in the payload it is, and what it has found. Places and sentences are written out for
/// faults only, so a payload that fits costs no text.
/// </summary>
internal sealed class Evaluation(Work work)
{
    /// <summary>Enough to correct a payload; reading stops there.</summary>
    public const int MaxFaults = 50;

    /// <summary>
    /// Schemas within one another, those of members and those behind references counted: fewer than the smallest stack can take, so that
    /// the verdict does not depend on the stack.
    /// </summary>
    private const int MaxDepth = 500;

    /// <summary>What it costs to come to a schema, before its rules are asked.</summary>
    private const int UnitsOfVisit = 12;

    private readonly List<PayloadFault> _faults = [];
    private readonly List<Step> _path = [];
    private int _depth;
    private int _trials;
    private bool _isTooDeep;

    public Work Work => work;

    /// <summary>Whether faults are looked for, and not only whether there is one.</summary>
    public bool Collects => _trials == 0;

    public IReadOnlyList<PayloadFault> Faults => _faults;

    /// <summary>The check was given up: its verdict is worth nothing.</summary>
    public bool IsTooComplex => _isTooDeep || (work.IsSpent && _faults.Count < MaxFaults);

    /// <summary>Whether nothing more needs to be asked.</summary>
    public bool IsOver => _isTooDeep || work.IsSpent || _faults.Count == MaxFaults;

    /// <summary>To be called before a schema is applied, with <see cref="Leave"/> after it.</summary>
    /// <returns>False where the check is over.</returns>
    public bool Enter()
    {
        _isTooDeep |= ++_depth > MaxDepth;
        return work.Spend(UnitsOfVisit) && !IsOver;
    }

    public void Leave() => _depth--;

    /// <summary>Whether a schema holds, its faults being nobody's: what is under <c>not</c>, or one branch of many.</summary>
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

    /// <param name="keyword">The keyword that is broken.</param>
    /// <param name="member">A member below the present place that the fault is about.</param>
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
    public bool Fault(Keyword keyword, string code, [InterpolatedStringHandlerArgument("")] ref FaultMessage message, string? member = null) =>
        Collects && Fault(keyword, code, message.ToString(), member);

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
                break; // the rest is cut anyway
            }

            pointer.Append('/').Append(name is { } named ? JsonPointer.Escape(named.Name) : index.ToString(CultureInfo.InvariantCulture));
        }

        return member is null ? pointer.ToString() : pointer.Append('/').Append(JsonPointer.Escape(member)).ToString();
    }

    /// <summary>One step into the payload: a member, or an element by its index.</summary>
    private readonly record struct Step(JsonProperty? Member, int Index);
}

/// <summary>The words of a fault, put together only where faults are collected.</summary>
[InterpolatedStringHandler]
internal ref struct FaultMessage
{
    /// <summary>Of a name or value that is quoted; more would only make the answer long.</summary>
    private const int LongestQuoted = 100;

    private DefaultInterpolatedStringHandler _text;

    public FaultMessage(int literalLength, int formattedCount, Evaluation evaluation, out bool isWanted)
    {
        isWanted = evaluation.Collects && !evaluation.IsOver;
        _text = isWanted ? new(literalLength, formattedCount, CultureInfo.InvariantCulture) : default;
    }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public void AppendFormatted(string value) => _text.AppendFormatted(FieldViolation.Cut(value, LongestQuoted + 1));

    /// <summary>A number as it stands in the payload.</summary>
    public void AppendFormatted(ReadOnlySpan<byte> ascii) => AppendFormatted(Encoding.ASCII.GetString(ascii[..Math.Min(ascii.Length, LongestQuoted + 2)]));

    public override string ToString() => _text.ToStringAndClear();
}
