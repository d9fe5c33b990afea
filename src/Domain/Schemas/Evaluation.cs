using System.Globalization;
using System.Text;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>One validation under way: where in the payload it is, and what it has found.</summary>
internal sealed class Evaluation
{
    /// <summary>Enough to mend a payload; more would only make the answer long.</summary>
    public const int MaxFaults = 50;

    private List<PayloadFault>? _faults;
    private List<(string? Name, int Index)>? _path;

    public IReadOnlyList<PayloadFault> Faults => _faults ?? (IReadOnlyList<PayloadFault>)[];

    public void Enter(string name) => (_path ??= []).Add((name, 0));

    public void Enter(int index) => (_path ??= []).Add((null, index));

    public void Leave() => _path!.RemoveAt(_path.Count - 1);

    /// <param name="keyword">The keyword that is broken.</param>
    /// <param name="member">A member below the present place that the fault is about.</param>
    public void Fault(Keyword keyword, string code, string message, string? member = null)
    {
        if ((_faults ??= []).Count < MaxFaults)
        {
            _faults.Add(new PayloadFault(Place(member), keyword.SchemaPointer, code, message));
        }
    }

    private string Place(string? member)
    {
        var pointer = new StringBuilder();
        foreach (var (name, index) in _path ?? [])
        {
            pointer.Append('/').Append(name is null ? index.ToString(CultureInfo.InvariantCulture) : JsonPointer.Escape(name));
        }

        return member is null ? pointer.ToString() : pointer.Append('/').Append(JsonPointer.Escape(member)).ToString();
    }
}
