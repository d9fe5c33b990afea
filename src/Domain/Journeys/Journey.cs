using Flownally.Domain.Tenants;

namespace Flownally.Domain.Journeys;

/// <summary>
/// A reaction of a tenant to events: a contact with a matching event enters the journey, and a webhook reports the entry. Immutable.
/// </summary>
public sealed class Journey
{
    public required JourneyId Id { get; init; }

    public required TenantId TenantId { get; init; }

    public required JourneyName Name { get; init; }

    public JourneyStatus Status { get; init; } = JourneyStatus.Draft;

    /// <summary>The default is once: a missing webhook can be redelivered, but a superfluous one cannot be undone.</summary>
    public EntryMode EntryMode { get; init; } = EntryMode.Once;

    /// <summary>Never null while the journey is active.</summary>
    public TriggerConfig? TriggerConfig { get; init; }

    /// <summary>Null means that no webhooks are sent.</summary>
    public JourneyTarget? Target { get; init; }

    /// <summary>Starts at 1 and grows by one with every change.</summary>
    public int Revision { get; init; } = 1;

    /// <summary>The revision that set the trigger.</summary>
    public int TriggerRevision { get; init; } = 1;

    /// <summary>The latest failure to evaluate the trigger's filter; null if there is none since the trigger was set.</summary>
    public FilterError? LastFilterError { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The reaction of the journey to new events; null while the journey is not active.</summary>
    public JourneyActivation? Activation =>
        Status == JourneyStatus.Active ? new JourneyActivation(TriggerConfig!, EntryMode) : null;

    /// <summary>Makes the journey react to later events.</summary>
    /// <returns>The changed journey, this instance if it is already active, or <see cref="JourneyNotReady"/>.</returns>
    public Result<Journey> Activate(DateTimeOffset now) => this switch
    {
        { TriggerConfig: null } => new JourneyNotReady(Id),
        { Status: JourneyStatus.Active } => this,
        _ => NextRevision(Name, JourneyStatus.Active, EntryMode, TriggerConfig, Target, now),
    };

    /// <summary>Makes the journey ignore later events. Its entries stay.</summary>
    /// <returns>The changed journey, or this instance if it is not active.</returns>
    public Journey Pause(DateTimeOffset now) =>
        Status == JourneyStatus.Active ? NextRevision(Name, JourneyStatus.Paused, EntryMode, TriggerConfig, Target, now) : this;

    /// <summary>Applies a change. The caller checks that the event type exists.</summary>
    /// <returns>
    /// The changed journey, this instance if nothing changes, <see cref="ValidationFailed"/> if a new trigger or target lacks a
    /// member, or <see cref="JourneyNotReady"/> if an active journey would lose its trigger.
    /// </returns>
    public Result<Journey> Change(JourneyChange change, DateTimeOffset now)
    {
        if (change.MissingMembers(this).ToList() is { Count: > 0 } missing)
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

        return (name, mode, trigger, target) == (Name, EntryMode, TriggerConfig, Target)
            ? this
            : NextRevision(name, Status, mode, trigger, target, now);
    }

    private Journey NextRevision(JourneyName name, JourneyStatus status, EntryMode mode, TriggerConfig? trigger, JourneyTarget? target,
        DateTimeOffset now) => new()
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
