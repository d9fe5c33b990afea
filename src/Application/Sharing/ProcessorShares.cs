using Flownally.Domain.Tenants;

namespace Flownally.Application.Sharing;

/// <summary>
/// Shares the processor among tenants, for what may take long without waiting for anything: no tenant computes on more than half of the
/// cores at a time. A place is held while something is computed, never across a call to elsewhere.
/// </summary>
public sealed class ProcessorShares
{
    private readonly FairShares<TenantId> _cores = new(Math.Max(2, Environment.ProcessorCount));

    /// <inheritdoc cref="FairShares{TKey}.EnterAsync"/>
    public ValueTask<IDisposable> EnterAsync(TenantId tenant, CancellationToken cancellationToken) => _cores.EnterAsync(tenant, cancellationToken);
}
