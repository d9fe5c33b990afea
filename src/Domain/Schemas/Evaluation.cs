using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// One validation under way. Most payloads fit, so the first pass only asks whether they do, and allocates nothing; the
/// second, for those that do not, keeps track of where it is and collects what it finds.
/// </summary>
internal sealed class Evaluation(bool collects)
{
    /// <summary>Enough to mend a payload; more would only make the answer long.</summary>
    public const int MaxFaults = 50;

    /// <summary>Looks at schemas and values: far above what payloads of 64 KiB need, and done in milliseconds.</summary>
    private const int MaxSteps = 1_000_000;

    private static readonly List<PayloadFault> None = [];
    private static readonly List<(string? Name, int Index)> Nowhere = [];

    private readonly List<PayloadFault> _faults = collects ? [] : None;
    private readonly List<(string? Name, int Index)> _path = collects ? [] : Nowhere;
    private int _steps;
    private int _trials;

    /// <summary>Whether faults are to be found, and not only whether there are any.</summary>
    public bool Collects => collects && _trials == 0;

    public IReadOnlyList<PayloadFault> Faults => _faults;

    /// <summary>The budget is used up: the verdict is worth nothing.</summary>
    public bool IsExhausted => _steps > MaxSteps;

    /// <summary>Counts work, so that recursion under several branches ends, and ends before the stack does.</summary>
    /// <returns>False once there was too much.</returns>
    public bool Step()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            _steps = MaxSteps; // a chain of references, as long as the payload is deep
        }

        return ++_steps <= MaxSteps;
    }

    /// <summary>Whether a schema holds, its faults being nobody's: what is under <c>not</c>, or one branch of many.</summary>
    public bool Try(SchemaNode node, JsonElement instance, Evaluated? evaluated)
    {
        _trials++;
        var valid = node.Validate(instance, this, evaluated);
        _trials--;
        return valid;
    }

    /// <summary>Validates the value of a member.</summary>
    public bool Member(JsonProperty member, SchemaNode node) => Below(Collects ? member.Name : null, 0, member.Value, node);

    /// <summary>Validates an element.</summary>
    public bool Element(JsonElement element, int index, SchemaNode node) => Below(null, index, element, node);

    /// <param name="keyword">The keyword that is broken.</param>
    /// <param name="member">A member below the present place that the fault is about.</param>
    /// <returns>False, always.</returns>
    public bool Fault(Keyword keyword, string code, string message, string? member = null)
    {
        if (Collects && _faults.Count < MaxFaults)
        {
            _faults.Add(new PayloadFault(Place(member), keyword.SchemaPointer, code, message));
        }

        return false;
    }

    /// <inheritdoc cref="Fault(Keyword, string, string, string?)"/>
    public bool Fault(Keyword keyword, string code, [InterpolatedStringHandlerArgument("")] ref FaultMessage message, string? member = null) =>
        Collects && Fault(keyword, code, message.ToString(), member);

    /// <summary>Keeps track of the place, where somebody will ask for it.</summary>
    private bool Below(string? name, int index, JsonElement value, SchemaNode node)
    {
        if (!Collects)
        {
            return node.Validate(value, this, null);
        }

        _path.Add((name, index));
        var valid = node.Validate(value, this, null);
        _path.RemoveAt(_path.Count - 1);
        return valid;
    }

    private string Place(string? member)
    {
        var pointer = new StringBuilder();
        foreach (var (name, index) in _path)
        {
            pointer.Append('/').Append(name is null ? index.ToString(CultureInfo.InvariantCulture) : JsonPointer.Escape(name));
        }

        return member is null ? pointer.ToString() : pointer.Append('/').Append(JsonPointer.Escape(member)).ToString();
    }
}

/// <summary>The words of a fault, put together only where faults are collected.</summary>
[InterpolatedStringHandler]
internal ref struct FaultMessage
{
    private DefaultInterpolatedStringHandler _text;

    public FaultMessage(int literalLength, int formattedCount, Evaluation evaluation, out bool isWanted)
    {
        isWanted = evaluation.Collects;
        _text = isWanted ? new(literalLength, formattedCount, CultureInfo.InvariantCulture) : default;
    }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public override string ToString() => _text.ToStringAndClear();
}
