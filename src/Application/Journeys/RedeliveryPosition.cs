using Flownally.Domain.Journeys;

namespace Flownally.Application.Journeys;

/// <summary>The position of a walk through the entries of a journey that redelivers them.</summary>
/// <param name="StartedAt">The start of the walk by PostgreSQL's clock. The walk skips entries that were redelivered later.</param>
/// <param name="LastEntry">The last redelivered entry.</param>
public readonly record struct RedeliveryPosition(DateTimeOffset StartedAt, JourneyEntryId LastEntry);
