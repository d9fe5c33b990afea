using System.Text.Json;
using Flownally.Application.EventTypes;
using Flownally.Application.Feed;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;
using Moq;

namespace Flownally.Application.Tests.EventTypes;

/// <summary>A catalog of one type, for the handlers that lock.</summary>
internal sealed class Types
{
    public static readonly DateTimeOffset Created = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    public Types(EventType type, params StoredPayload[] stored)
    {
        Locked.SetupGet(locked => locked.Type).Returns(type);
        Locked.Setup(locked => locked.HasEventsAsync(default)).ReturnsAsync(stored.Length > 0);
        Locked.Setup(locked => locked.ScanAsync(It.IsAny<FeedHorizon>(), It.IsAny<int?>(), It.IsAny<Action<StoredPayload>>(), default))
            .ReturnsAsync((FeedHorizon since, int? limit, Action<StoredPayload> visit, CancellationToken _) =>
            {
                var rest = stored.Skip((int)since.TransactionId).ToList();
                if (rest.Count > limit)
                {
                    return false;
                }

                rest.ForEach(visit);
                return true;
            });
        Repository.Setup(types => types.LockAsync(default, type.Id, default)).ReturnsAsync(Locked.Object);
        Repository.Setup(types => types.FindAsync(default, type.Id, default)).ReturnsAsync(type);
    }

    public Mock<IEventTypeRepository> Repository { get; } = new();

    public Mock<ILockedEventType> Locked { get; } = new();

    public static EventType Type(string? schema = null, bool predefined = false) => new()
    {
        Id = new EventTypeId(Guid.AllBitsSet),
        TenantId = default(TenantId),
        Name = EventTypeName.Parse("order.paid"),
        Description = "An order was paid.",
        PayloadSchema = schema is null ? null : Schema(schema),
        IsPredefined = predefined,
        Revision = 3,
        CreatedAt = Created,
        UpdatedAt = Created,
    };

    public static PayloadSchema Schema(string json) => PayloadSchema.Parse(JsonElement.Parse(json)).Value;

    public static StoredPayload Payload(int number, string json) =>
        new(new EventId(new Guid(number, 0, 0, new byte[8])), JsonElement.Parse(json));
}
