using System.Text.Json;
using Flownally.Application.ApiKeys;
using Flownally.Application.EventTypes;
using Flownally.Application.Journeys;
using Flownally.Application.Paging;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Journeys;
using Flownally.Domain.Schemas;
using Flownally.Infrastructure.Postgres;
using MediatR;

namespace Flownally.Api.Demo;

/// <summary>The demo's journey. Contacts enter it with every order of 100 or more.</summary>
internal static class DemoJourney
{
    public static readonly JourneyName Name = JourneyName.Parse("Large orders");

    private const string Filter = """{"type":"object","properties":{"total":{"minimum":100}},"required":["total"]}""";

    /// <summary>
    /// Creates or updates the journey with this target and activates it, regardless of earlier changes to it. Several processes may do so
    /// at once; the last target applies.
    /// </summary>
    /// <exception cref="InvalidDataException">The demo's event type was deleted.</exception>
    public static async Task ActivateAsync(IServiceProvider services, string ownerConnectionString, DemoTenant demo, JourneyTarget target,
        CancellationToken cancellationToken)
    {
        await using var startLock = await AdvisoryLock.TakeAsync(ownerConnectionString, "flownally.quickstart", cancellationToken);
        var mediator = services.GetRequiredService<IMediator>();
        var caller = (await mediator.Send(new Authenticate($"Bearer {demo.Key}"), cancellationToken)).Value;
        var orderPaid = await services.GetRequiredService<IEventTypeCatalog>()
            .FindAsync(caller.TenantId, new EventTypeReference(Id: null, DemoTenant.EventTypeName), fresh: true, cancellationToken)
            ?? throw new InvalidDataException($"The demo has no type {DemoTenant.EventTypeName} any more. "
                + "Start without --demo, or with another folder: --data DIR.");
        var change = new JourneyChange(null, EntryMode.EveryTime,
            new TriggerConfigChange(orderPaid.Id, PayloadSchema.Parse(JsonElement.Parse(Filter)).Value),
            new TargetChange(target.Url, target.Secret));

        var id = await FindAsync(mediator, caller, cancellationToken)
            ?? (await mediator.Send(new CreateJourney(caller, Name), cancellationToken)).Value.Journey.Id;
        _ = (await mediator.Send(new UpdateJourney(caller, id, change), cancellationToken)).Value;
        _ = (await mediator.Send(new ActivateJourney(caller, id), cancellationToken)).Value;
    }

    private static async Task<JourneyId?> FindAsync(IMediator mediator, Caller caller, CancellationToken cancellationToken)
    {
        JourneysResponse? page = null;
        do
        {
            page = (await mediator.Send(new ListJourneys(caller, PageSize.Default, page?.NextPageToken), cancellationToken)).Value;
            if (page.Journeys.FirstOrDefault(journey => journey.Name == Name) is { } found)
            {
                return found.Id;
            }
        }
        while (page.NextPageToken is not null);
        return null;
    }
}
