using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Flownally.Api.Events;
using Flownally.Api.EventTypes;
using Flownally.Api.Http.Problems;
using Flownally.Api.Journeys;
using Flownally.Application.Events;
using Flownally.Application.EventTypes;
using Flownally.Application.Feed;
using Flownally.Application.Journeys;
using Flownally.Domain;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;
using NJsonSchema;
using NSwag.Generation.Processors;
using NSwag.Generation.Processors.Contexts;

namespace Flownally.Api.Http.OpenApi;

/// <summary>
/// Says of the schemas what the generator cannot know: which members are always there, that an absent one is never null unless a
/// patch can clear it, and what an example looks like.
/// </summary>
internal sealed class ContractDocumentProcessor : IDocumentProcessor
{
    private static readonly Dictionary<string, Type> Requests = new()
    {
        ["CreateEventTypeRequest"] = typeof(CreateEventTypeRequest),
        ["UpdateEventTypeRequest"] = typeof(UpdateEventTypeRequest),
        ["CreateContactEventRequest"] = typeof(CreateContactEventRequest),
        ["CreateEventRequest"] = typeof(CreateEventRequest),
        ["CreateEventsRequest"] = typeof(CreateEventsRequest),
        ["CreateJourneyRequest"] = typeof(CreateJourneyRequest),
        ["CreateTriggerConfig"] = typeof(CreateTriggerConfig),
        ["CreateJourneyTarget"] = typeof(CreateJourneyTarget),
        ["UpdateJourneyRequest"] = typeof(UpdateJourneyRequest),
        ["UpdateTriggerConfig"] = typeof(UpdateTriggerConfig),
        ["UpdateJourneyTarget"] = typeof(UpdateJourneyTarget),
        ["RedeliverJourneyEntriesRequest"] = typeof(RedeliverJourneyEntriesRequest),
    };

    private static readonly Dictionary<string, Type> Answers = new()
    {
        ["EventType"] = typeof(EventTypeResponse),
        ["EventTypesResponse"] = typeof(EventTypesResponse),
        ["EventTypeVersion"] = typeof(EventTypeVersionResponse),
        ["EventTypeVersionsResponse"] = typeof(EventTypeVersionsResponse),
        ["Event"] = typeof(EventResponse),
        ["EventsResponse"] = typeof(EventsResponse),
        ["FeedResponse"] = typeof(FeedResponse),
        ["RecordedEventsResponse"] = typeof(RecordedEventsResponse),
        ["RecordedEventResult"] = typeof(RecordedEventResult),
        ["Journey"] = typeof(JourneyResponse),
        ["TriggerConfig"] = typeof(TriggerConfigResponse),
        ["JourneyTarget"] = typeof(JourneyTargetResponse),
        ["FilterError"] = typeof(FilterErrorResponse),
        ["JourneysResponse"] = typeof(JourneysResponse),
        ["JourneyEntry"] = typeof(JourneyEntryResponse),
        ["Delivery"] = typeof(DeliveryResponse),
        ["JourneyEntriesResponse"] = typeof(JourneyEntriesResponse),
        ["JourneyEntryAttempt"] = typeof(JourneyEntryAttemptResponse),
        ["JourneyEntryAttemptsResponse"] = typeof(JourneyEntryAttemptsResponse),
        ["RedeliveredEntriesResponse"] = typeof(RedeliveredEntriesResponse),
        ["ProblemDetails"] = typeof(Problem),
        ["FieldViolation"] = typeof(FieldViolation),
        ["Incompatibility"] = typeof(Incompatibility),
        ["Window"] = typeof(Window),
    };

    public void Process(DocumentProcessorContext context)
    {
        foreach (var (name, schema) in context.Document.Components.Schemas)
        {
            if (Requests.TryGetValue(name, out var request))
            {
                Require(schema, request, property => property.IsDefined(typeof(RequiredMemberAttribute)));
                schema.AllowAdditionalProperties = false;
            }
            else if (Answers.TryGetValue(name, out var answer))
            {
                var nullability = new NullabilityInfoContext();
                Require(schema, answer, property => nullability.Create(property).ReadState == NullabilityState.NotNull);
                schema.AllowAdditionalProperties = true; // members may be added to answers
            }

            if (ContractExamples.TryGet(name, out var example))
            {
                schema.Example = example;
            }
        }

        context.Document.Tags = [.. context.Document.Tags.OrderBy(tag => tag.Name, StringComparer.Ordinal)];
        context.Document.Components.Schemas["CreateEventRequest"].IsDeprecated = true;
        context.Document.Components.Schemas["RedeliverJourneyEntriesRequest"].Properties["states"].MinItems = 1;
        context.Document.Components.Schemas["CreateEventTypeRequest"].Properties["description"].MaxLength = EventType.MaxDescriptionLength;
    }

    private static void Require(JsonSchema schema, Type type, Func<PropertyInfo, bool> isRequired)
    {
        foreach (var property in type.GetProperties())
        {
            var member = schema.Properties[JsonNamingPolicy.CamelCase.ConvertName(property.Name)];
            member.IsRequired = isRequired(property);
            member.IsNullableRaw = null;
            if (Optional.ValueType(property.PropertyType) is not null)
            {
                member.ActualTypeSchema.IsNullableRaw = true;
            }
        }
    }
}
