namespace Flownally.Domain.Schemas;

/// <summary>
/// The members and elements of one value that were evaluated by schemas that hold. The <c>unevaluated…</c> keywords apply to the others
/// (JSON Schema Core §11).
/// </summary>
internal sealed class Evaluated
{
    private HashSet<string>? _members;
    private HashSet<int>? _elements;
    private bool _allMembers;
    private bool _allElements;

    public bool Has(string member) => _allMembers || _members?.Contains(member) == true;

    public bool Has(int element) => _allElements || _elements?.Contains(element) == true;

    public void Add(string member) => (_members ??= new(StringComparer.Ordinal)).Add(member);

    public void Add(int element) => (_elements ??= []).Add(element);

    public void AddAllMembers() => _allMembers = true;

    public void AddAllElements() => _allElements = true;

    public void Add(Evaluated other, Work work)
    {
        work.Spend(1 + (10 * ((other._members?.Count ?? 0) + (other._elements?.Count ?? 0))));
        _allMembers |= other._allMembers;
        _allElements |= other._allElements;
        if (other._members is not null)
        {
            (_members ??= new(StringComparer.Ordinal)).UnionWith(other._members);
        }

        if (other._elements is not null)
        {
            (_elements ??= []).UnionWith(other._elements);
        }
    }
}
