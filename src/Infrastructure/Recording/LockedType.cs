using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;

namespace Flownally.Infrastructure.Recording;

/// <summary>
/// A type that another transaction is changing. Its events wait here, and one of them tries: a statement that carried all of them would be
/// full of rows that it cannot write.
/// </summary>
internal sealed class LockedType(TenantId tenant, EventTypeId id)
{
    public TenantId Tenant => tenant;

    public EventTypeId Id => id;

    /// <summary>In the order in which they go on.</summary>
    public LinkedList<RecordingCall> Calls { get; } = [];

    /// <summary>Until the next try.</summary>
    public TimeSpan Pause { get; set; } = RetryPause.First;
}
