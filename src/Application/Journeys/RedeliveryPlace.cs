using Flownally.Domain.Journeys;

namespace Flownally.Application.Journeys;

/// <summary>How far a walk through the entries of a journey has come that delivers them again.</summary>
/// <param name="Began">When the walk began, by PostgreSQL's clock. It passes over entries that were redelivered since then.</param>
/// <param name="Last">The last entry that was taken up.</param>
public readonly record struct RedeliveryPlace(DateTimeOffset Began, JourneyEntryId Last);
