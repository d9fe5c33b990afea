namespace Flownally.Domain.Schemas;

/// <summary>What a check of a payload came to.</summary>
/// <param name="Faults">All faults at once, up to 50; none where the payload fits.</param>
/// <param name="IsTooComplex">
/// The check would have taken more work than it may, so nobody knows whether the payload fits. <paramref name="Faults"/> says so, too.
/// </param>
public readonly record struct PayloadVerdict(IReadOnlyList<PayloadFault> Faults, bool IsTooComplex)
{
    internal static readonly PayloadVerdict TooComplex = new(
        [new PayloadFault("", "tooComplex", "Checking this payload against its schema takes too much work; split the payload, or use fewer alternatives and references in the schema.")], true);

    public bool Fits => Faults.Count == 0;
}
