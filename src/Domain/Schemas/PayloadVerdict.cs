namespace Flownally.Domain.Schemas;

/// <summary>The result of a check of a payload.</summary>
/// <param name="Faults">Up to 50 faults; none if the payload fits.</param>
/// <param name="IsTooComplex">Whether the check exceeded its work budget, so that there is no verdict. Then this is the only fault.</param>
public readonly record struct PayloadVerdict(IReadOnlyList<PayloadFault> Faults, bool IsTooComplex)
{
    internal static readonly PayloadVerdict TooComplex = new(
        [new PayloadFault("", "tooComplex", "Checking this payload against its schema takes too much work;"
            + " split the payload, or use fewer alternatives and references in the schema.")], true);

    public bool Fits => Faults.Count == 0;
}
