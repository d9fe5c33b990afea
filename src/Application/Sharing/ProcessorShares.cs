using Flownally.Domain.Tenants;

namespace Flownally.Application.Sharing;

/// <summary>
/// Shares the processor cores among tenants for long computations: no tenant uses more than half of the cores at a time. A slot is held
/// only during a computation, never during I/O.
/// </summary>
public sealed class ProcessorShares
{
    private readonly FairShares<TenantId> _cores = new(Math.Max(2, Environment.ProcessorCount));

    /// <inheritdoc cref="FairShares{TKey}.EnterAsync"/>
    public ValueTask<IDisposable> EnterAsync(TenantId tenant, CancellationToken cancellationToken) =>
        _cores.EnterAsync(tenant, cancellationToken);
}
