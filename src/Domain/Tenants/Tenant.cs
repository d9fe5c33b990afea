using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;

namespace Flownally.Domain.Tenants;

/// <summary>A customer of the service. Every record belongs to one tenant, and no other tenant can read it.</summary>
public sealed class Tenant
{
    public const int MaxNameLength = 100;

    /// <summary>The rule for names of tenants and API keys in words, for error messages.</summary>
    public static readonly string NameRule = $"1 to {MaxNameLength} visible characters on one line, without blanks at its ends";

    public required TenantId Id { get; init; }

    /// <summary>A label for people, see <see cref="NameRule"/>. Several tenants may have the same name.</summary>
    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether a text is a valid name, by <see cref="NameRule"/>.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= MaxNameLength && text.Trim().Length == text.Length && text.All(VisibleText.IsVisible);

    /// <summary>Creates the initial catalog of the tenant.</summary>
    public IEnumerable<EventType> PredefinedEventTypes(IdGenerator ids) =>
        EventType.Predefined.Select(type => new EventType
        {
            Id = new EventTypeId(ids.Next()),
            TenantId = Id,
            Name = type.Name,
            Description = type.Description,
            IsPredefined = true,
            CreatedAt = CreatedAt,
            UpdatedAt = CreatedAt,
        });
}
