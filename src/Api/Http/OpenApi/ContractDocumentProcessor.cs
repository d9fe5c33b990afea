using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Flownally.Domain;
using Newtonsoft.Json.Linq;
using NJsonSchema;
using NSwag.Generation.Processors;
using NSwag.Generation.Processors.Contexts;

namespace Flownally.Api.Http.OpenApi;

/// <summary>
/// Completes the generated schemas: which members are required, and that an absent member is never null unless a patch can clear it.
/// </summary>
internal sealed class ContractDocumentProcessor : IDocumentProcessor
{
    public void Process(DocumentProcessorContext context)
    {
        var requests = new HashSet<JsonSchema>();
        foreach (var body in context.Document.Operations.SelectMany(call => call.Operation.RequestBody?.Content.Values ?? []))
        {
            Collect(body.Schema.ActualSchema, requests);
        }

        var nullability = new NullabilityInfoContext();
        foreach (var type in SchemaNames.Types.Where(type => !type.IsEnum && context.SchemaResolver.HasSchema(type, false)))
        {
            var schema = context.SchemaResolver.GetSchema(type, isIntegerEnumeration: false);
            var isRequest = requests.Contains(schema);
            Require(schema, type, property => isRequest
                ? property.IsDefined(typeof(RequiredMemberAttribute))
                : nullability.Create(property).ReadState == NullabilityState.NotNull);
            schema.AllowAdditionalProperties = !isRequest; // new members may be added to responses
            FillExample(schema);
        }

        context.Document.Tags = [.. context.Document.Tags.OrderBy(tag => tag.Name, StringComparer.Ordinal)];
        context.Document.Components.Schemas["CreateEventRequest"].IsDeprecated = true;
    }

    private static void Collect(JsonSchema schema, HashSet<JsonSchema> all)
    {
        if (all.Add(schema))
        {
            foreach (var member in schema.ActualProperties.Values.Select(property => property.ActualTypeSchema))
            {
                Collect(member.Item?.ActualSchema ?? member, all);
            }
        }
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

    /// <summary>Replaces a list of one empty object in an example by a list of the item's example.</summary>
    private static void FillExample(JsonSchema schema)
    {
        foreach (var (name, member) in schema.ActualProperties)
        {
            if ((schema.Example as JObject)?[name] is JArray { Count: 1, First: JObject { Count: 0 } item })
            {
                item.Replace(((JToken)member.Item!.ActualSchema.Example!).DeepClone());
            }
        }
    }
}
