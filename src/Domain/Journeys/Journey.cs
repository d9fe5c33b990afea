using Flownally.Domain.Tenants;

namespace Flownally.Domain.Journeys;

/// <summary>What a tenant wants to happen when contacts have events of a kind: they enter it, and a webhook tells of each entry.</summary>
public sealed class Journey
{
    public required JourneyId Id { get; init; }

    public required TenantId TenantId { get; init; }

    public required JourneyName Name { get; init; }

    public JourneyStatus Status { get; init; } = JourneyStatus.Draft;

    /// <summary>
    /// Once, unless something else is said: a contact that is told too little can be told again, one that was told too much cannot
    /// be untold.
    /// </summary>
    public EntryMode EntryMode { get; init; } = EntryMode.Once;

    /// <summary>Null only while the journey is not active.</summary>
    public TriggerConfig? TriggerConfig { get; init; }

    /// <summary>Null where nobody is to be told.</summary>
    public JourneyTarget? Target { get; init; }

    /// <summary>Starts at 1 and grows by one with every change.</summary>
    public int Revision { get; init; } = 1;

    /// <summary>The revision that brought the trigger.</summary>
    public int TriggerRevision { get; init; } = 1;

    /// <summary>The latest event that the trigger's filter could not be checked for; null where there is none.</summary>
    public FilterError? LastFilterError { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>What the journey does with events from now on; null where it lets them pass.</summary>
    public JourneyActivation? Activation => Status == JourneyStatus.Active ? new JourneyActivation(TriggerConfig!, EntryMode) : null;

    /// <summary>Lets the journey react to the events to come.</summary>
    /// <returns>The journey as it becomes, this one where it is active already, or <see cref="JourneyNotReady"/>.</returns>
    public Result<Journey> Activate(DateTimeOffset now) => this switch
    {
        { TriggerConfig: null } => new JourneyNotReady(Id),
        { Status: JourneyStatus.Active } => this,
        _ => Become(Name, JourneyStatus.Active, EntryMode, TriggerConfig, Target, now),
    };

    /// <summary>Lets the events to come pass. What has entered stays.</summary>
    /// <returns>The journey as it becomes, or this one where it is not active.</returns>
    public Journey Pause(DateTimeOffset now) =>
        Status == JourneyStatus.Active ? Become(Name, JourneyStatus.Paused, EntryMode, TriggerConfig, Target, now) : this;

    /// <summary>The journey as it would become. Whether there is such an event type is not asked here.</summary>
    /// <returns>
    /// The changed journey, this one where the change changes nothing, <see cref="ValidationFailed"/> where a new trigger or target is
    /// not whole, or <see cref="JourneyNotReady"/> where an active journey would lose its trigger.
    /// </returns>
    public Result<Journey> Change(JourneyChange change, DateTimeOffset now)
    {
        if (change.MissingFor(this).ToList() is { Count: > 0 } missing)
        {
            return new ValidationFailed(missing);
        }

        var name = change.Name ?? Name;
        var mode = change.EntryMode ?? EntryMode;
        var trigger = change.TriggerConfig.IsPresent ? change.TriggerConfig.Value?.ApplyTo(TriggerConfig) : TriggerConfig;
        var target = change.Target.IsPresent ? change.Target.Value?.ApplyTo(Target) : Target;
        if (Status == JourneyStatus.Active && trigger is null)
        {
            return new JourneyNotReady(Id);
        }

        return (name, mode, trigger, target) == (Name, EntryMode, TriggerConfig, Target) ? this : Become(name, Status, mode, trigger, target, now);
    }

    private Journey Become(JourneyName name, JourneyStatus status, EntryMode mode, TriggerConfig? trigger, JourneyTarget? target, DateTimeOffset now) => new()
    {
        Id = Id,
        TenantId = TenantId,
        Name = name,
        Status = status,
        EntryMode = mode,
        TriggerConfig = trigger,
        Target = target,
        Revision = Revision + 1,
        TriggerRevision = trigger == TriggerConfig ? TriggerRevision : Revision + 1,
        LastFilterError = trigger == TriggerConfig ? LastFilterError : null,
        CreatedAt = CreatedAt,
        UpdatedAt = Microseconds.Truncate(now),
    };
}
