namespace Flownally.Domain.Journeys;

public sealed record JourneyNotFound(string Id) : Error("journeyNotFound", "There is no journey with this id.");

public sealed record JourneyEntryNotFound(string Id) : Error("journeyEntryNotFound", "The journey has no entry with this id.");

public sealed record JourneyNotReady(JourneyId Id) : Error("journeyNotReady",
    "An active journey needs a trigger. Set `triggerConfig`, or pause the journey first.");

public sealed record JourneyTargetMissing(JourneyId Id) : Error("journeyTargetMissing",
    "The journey has no `target`, so its entries cannot be delivered.");
