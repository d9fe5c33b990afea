using System.Runtime.CompilerServices;

namespace Flownally.Domain.Schemas;

/// <summary>Limits the work and the depth of a proof.</summary>
internal sealed class ProofSteps(Work work)
{
    public const int UnitsPerStep = 50;

    /// <summary>Limit of nested steps. The smallest stack has room for more, so no result depends on the stack.</summary>
    private const int MaxDepth = 500;

    private int _depth;

    public Work Work => work;

    /// <summary>Call it before a step into the schemas, and <see cref="Leave"/> after it.</summary>
    /// <exception cref="WorkSpentException">The proof takes too many steps.</exception>
    public void Enter()
    {
        work.Require(UnitsPerStep);
        if (++_depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new WorkSpentException();
        }
    }

    public void Leave() => _depth--;
}
