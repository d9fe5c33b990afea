using System.Text.Json;
using Flownally.Application.Journeys;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Journeys;
using Flownally.Domain.Schemas;
using Moq;

namespace Flownally.Application.Tests.Journeys;

/// <summary>A tenant's only journey, for the handlers that lock.</summary>
internal sealed class Journeys
{
    public static readonly DateTimeOffset Created = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    public static readonly TriggerConfig Trigger = new(new EventTypeId(Guid.AllBitsSet), Schema("""{"required":["total"]}"""));

    public static readonly JourneyTarget Target = new(TargetUrl.Parse("https://shop.example/hooks"), WebhookSecret.Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));

    /// <summary>A filter that no payload can be checked against: each level looks at the next one twice.</summary>
    public static readonly PayloadSchema TooComplex = Schema($$"""
        {"$ref":"#/$defs/l0","$defs":{"l30":{"type":"object"}{{string.Concat(Enumerable.Range(0, 30).Select(i => $$"""
            ,"l{{i}}":{"anyOf":[{"allOf":[{"$ref":"#/$defs/l{{i + 1}}"},false]},{"allOf":[{"$ref":"#/$defs/l{{i + 1}}"},false]}]}
            """))}}} }
        """);

    public Journeys(Journey journey)
    {
        Locked.SetupGet(locked => locked.Journey).Returns(journey);
        Repository.Setup(journeys => journeys.LockAsync(default, journey.Id, default)).ReturnsAsync(Locked.Object);
    }

    public Mock<IJourneyRepository> Repository { get; } = new();

    public Mock<ILockedJourney> Locked { get; } = new();

    public JourneyChanger Changer => new(Repository.Object, Mapping.Mapper);

    public JourneyId Id => Locked.Object.Journey.Id;

    public static Journey Journey(JourneyStatus status = JourneyStatus.Draft, bool targeted = true) => new()
    {
        Id = new JourneyId(Guid.AllBitsSet),
        TenantId = default,
        Name = JourneyName.Parse("Thanks"),
        Status = status,
        EntryMode = EntryMode.EveryTime,
        TriggerConfig = Trigger,
        Target = targeted ? Target : null,
        Revision = 3,
        CreatedAt = Created,
        UpdatedAt = Created,
    };

    /// <summary>A gate that lets pass what it is told.</summary>
    public static ITargetGate Gate(bool allows) => Mock.Of<ITargetGate>(gate => gate.Allows(It.IsAny<TargetUrl>()) == allows);

    public void VerifySaved(JourneyStatus status)
    {
        Locked.Verify(locked => locked.SaveAsync(It.Is<Journey>(journey => journey.Status == status && journey.Revision == 4), null, default), Times.Once);
        Locked.Verify(locked => locked.CommitAsync(default), Times.Once);
        Locked.Verify(locked => locked.DisposeAsync(), Times.Once);
    }

    public void VerifyUntouched()
    {
        Locked.Verify(locked => locked.CommitAsync(default), Times.Never);
        Locked.Verify(locked => locked.DisposeAsync(), Times.Once);
    }

    private static PayloadSchema Schema(string json) => PayloadSchema.Parse(JsonElement.Parse(json)).Value;
}
