using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;

namespace Flownally.Domain.Tenants;

/// <summary>A customer of the service: everything a business records belongs to one tenant, and no other can see it.</summary>
public sealed class Tenant
{
    public const int MaxNameLength = 100;

    /// <summary>What a tenant's or a key's name is, in words for a person who sent another thing.</summary>
    public static readonly string NameRule = $"1 to {MaxNameLength} visible characters on one line, without blanks at its ends";

    public required TenantId Id { get; init; }

    /// <summary>What people call it, by <see cref="NameRule"/>; names need not differ.</summary>
    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether a text can name a tenant or a key, by <see cref="NameRule"/>.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= MaxNameLength && text.Trim().Length == text.Length && text.All(VisibleText.IsVisible);

    /// <summary>The catalog a tenant begins with.</summary>
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
