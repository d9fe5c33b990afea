using Flownally.Api.Http.Binding;
using Flownally.Api.Http.Json;
using Flownally.Application.Feed;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;
using Flownally.Domain.Journeys;
using Flownally.Domain.Json;
using Flownally.Domain.Schemas;
using NJsonSchema;
using NJsonSchema.Generation;
using NJsonSchema.Generation.TypeMappers;
using NSwag;
using NSwag.Generation.AspNetCore;

namespace Flownally.Api.Http.OpenApi;

/// <summary>
/// Generates the contract from the code, for the test that keeps <c>docs/openapi.json</c> up to date. The service does not use it: it takes
/// about a second and needs the XML documentation files.
/// </summary>
internal static class ContractGenerator
{
    public const string SecurityScheme = "apiKey";

    public static async Task<string> GenerateAsync()
    {
        await using var services = new ServiceCollection().AddLogging().AddControllers().AddApiExplorer().Services.BuildServiceProvider();
        var document = await new AspNetCoreOpenApiDocumentGenerator(Settings()).GenerateAsync(services);
        document.Servers.Clear();
        document.Servers.Add(new OpenApiServer { Url = "/", Description = "This service" });
        return document.ToJson();
    }

    private static AspNetCoreOpenApiDocumentGeneratorSettings Settings()
    {
        var settings = new AspNetCoreOpenApiDocumentGeneratorSettings
        {
            Title = "Flownally events",
            Version = "v1",
            Description = """
                Records events of contacts durably, each exactly once.

                Every call needs an API key, which belongs to a tenant. Every operation needs a scope and one of the roles owner, admin
                and agent. Every refused call returns problem details (RFC 9457); branch on `code`.
                """,
            UseControllerSummaryAsTagDescription = true,
            SchemaSettings = new SystemTextJsonSchemaGeneratorSettings
            {
                SchemaType = SchemaType.OpenApi3,
                SerializerOptions = ApiJson.Options,
                SchemaNameGenerator = new SchemaNames(),
                FlattenInheritanceHierarchy = true,
                DefaultReferenceTypeNullHandling = ReferenceTypeNullHandling.NotNull,
                UseXmlDocumentation = true,
            },
        };
        foreach (var mapper in ValueSchemas())
        {
            settings.SchemaSettings.TypeMappers.Add(mapper);
        }

        settings.AddSecurity(SecurityScheme, new OpenApiSecurityScheme
        {
            Type = OpenApiSecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "fln_live_…",
            Description = "An API key. An operator creates it with `flownally keys create`.",
        });
        settings.OperationProcessors.Add(new ContractOperationProcessor());
        settings.DocumentProcessors.Add(new ContractDocumentProcessor());
        return settings;
    }

    /// <summary>The schemas of domain types.</summary>
    private static IEnumerable<ITypeMapper> ValueSchemas() =>
    [
        .. SchemaNames.Types.Where(type => type.Name.EndsWith("Id", StringComparison.Ordinal) && type.GetField("Prefix") is not null)
            .Select(id => Text(id, IdPattern((string)id.GetField("Prefix")!.GetRawConstantValue()!))),
        Text<ContactId>("^(?!\\.{1,2}$)[A-Za-z0-9_.:@+|~=-]+$", 1, ContactId.MaxLength),
        Text<EventTypeName>("^[a-z0-9]+([._-][a-z0-9]+)*$", 1, EventTypeName.MaxLength),
        Text<IdempotencyKey>("^[ -~]+$", 1, IdempotencyKey.MaxLength),
        Text<JourneyName>(minLength: 1, maxLength: JourneyName.MaxLength),
        Text<TargetUrl>("^https?://[!-~]+$", maxLength: TargetUrl.MaxLength),
        Text<WebhookSecret>($"^{WebhookSecret.Prefix}[A-Za-z0-9+/]+={{0,2}}$"),
        Text<IfMatch>(),
        Text<Optional<string>>(maxLength: EventType.MaxDescriptionLength),
        Map<Flag>(JsonObjectType.Boolean),
        Map<Instant>(JsonObjectType.String, JsonFormatStrings.DateTime),
        Map<DateTimeOffset>(JsonObjectType.String, JsonFormatStrings.DateTime),
        new PrimitiveTypeMapper(typeof(PageSize), schema =>
        {
            schema.Type = JsonObjectType.Integer;
            schema.Minimum = 1;
            schema.Default = PageSize.Default.Value;
        }),
        new PrimitiveTypeMapper(typeof(FeedWait), schema =>
        {
            schema.Type = JsonObjectType.Integer;
            schema.Minimum = 0;
            schema.Maximum = FeedWait.Max;
            schema.Default = 0;
        }),
        Map<Payload>(JsonObjectType.Object),
        Map<RawJson>(JsonObjectType.Object),
        Map<PayloadSchema>(JsonObjectType.Object),
        new WrapperSchema(typeof(Optional<>)),
        new WrapperSchema(typeof(EnumParameter<>)),
        new BatchSchema(),
    ];

    private static string IdPattern(string prefix) => $"^{prefix}[0-9A-HJKMNP-TV-Z]{{{IdText.Length}}}$";

    private static PrimitiveTypeMapper Text<T>(string? pattern = null, int? minLength = null, int? maxLength = null) =>
        Text(typeof(T), pattern, minLength, maxLength);

    private static PrimitiveTypeMapper Text(Type type, string? pattern = null, int? minLength = null, int? maxLength = null) =>
        new(type, schema =>
        {
            schema.Type = JsonObjectType.String;
            schema.Pattern = pattern;
            schema.MinLength = minLength;
            schema.MaxLength = maxLength;
        });

    private static PrimitiveTypeMapper Map<T>(JsonObjectType type, string? format = null) =>
        new(typeof(T), schema => (schema.Type, schema.Format) = (type, format));
}
