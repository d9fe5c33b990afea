using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Flownally.Api.Http.Authentication;
using Flownally.Api.Http.Binding;
using Flownally.Api.Http.Json;
using Flownally.Api.Http.Problems;
using Flownally.Application;
using Flownally.Application.Authorization;
using Flownally.Application.Events;
using Flownally.Application.EventTypes;
using Flownally.Application.Journeys;
using Flownally.Application.Limits;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Events;
using Microsoft.AspNetCore.Mvc;
using Namotion.Reflection;
using Newtonsoft.Json.Linq;
using NJsonSchema;
using NSwag;
using NSwag.Generation.Processors;
using NSwag.Generation.Processors.Contexts;

namespace Flownally.Api.Http.OpenApi;

/// <summary>Says of an operation who may call it, what it refuses, and which headers its answers have.</summary>
internal sealed class ContractOperationProcessor : IOperationProcessor
{
    private const string Json = "application/json";

    private static readonly Type[] EveryCall =
        [typeof(ParameterUnknown), typeof(Unauthenticated), typeof(ScopeMissing), typeof(RoleNotAllowed), typeof(NotAcceptable), typeof(RateLimited), typeof(Internal), typeof(DatabaseUnavailable)];

    private static readonly Type[] EveryBody =
        [typeof(MalformedJson), typeof(DuplicateMember), typeof(RequestTimeout), typeof(RequestTooLarge), typeof(UnsupportedMediaType), typeof(ValidationFailed), typeof(UnknownField)];

    public bool Process(OperationProcessorContext context)
    {
        if (context.OperationDescription.Method == OpenApiOperationMethod.Head)
        {
            return false; // which every GET has
        }

        var operation = context.OperationDescription.Operation;
        var method = context.MethodInfo;
        operation.OperationId = Operations.NameOf(method);
        operation.IsDeprecated = method.IsDefined(typeof(DeprecatedAttribute));
        RequireKey(operation, method.GetCustomAttribute<SendsAttribute>()!.Required);
        foreach (var parameter in operation.Parameters)
        {
            parameter.Schema.IsNullableRaw = null; // it can be left out, but it cannot be null
        }

        DescribeBody(operation, method);
        DescribeSuccess(operation, method);
        DescribeRefusals(context, operation, method);
        DescribeDeprecation(operation);
        return true;
    }

    private static void RequireKey(OpenApiOperation operation, RequiresAttribute required)
    {
        string[] roles = [.. required.Roles.Select(role => role.Text())];
        operation.Security = [new OpenApiSecurityRequirement { [ContractGenerator.SecurityScheme] = [] }];
        operation.Description = $"{operation.Description}\n\nNeeds the scope `{required.Scope}` and one of the roles {string.Join(", ", roles)}.".Trim();
        operation.ExtensionData = new Dictionary<string, object?>
        {
            ["x-required-scope"] = required.Scope,
            ["x-allowed-roles"] = roles,
        };
    }

    private static void DescribeBody(OpenApiOperation operation, MethodInfo method)
    {
        if (operation.RequestBody is not { } body)
        {
            return;
        }

        var schema = body.Content.Values.Single();
        body.Content.Clear();
        body.Content[Json] = schema;
        if (method.IsDefined(typeof(TakesMergePatchAttribute)))
        {
            body.Content[TakesMergePatchAttribute.MediaType] = schema;
        }
    }

    private static void DescribeSuccess(OpenApiOperation operation, MethodInfo method)
    {
        var (status, response) = operation.Responses.Single();
        DescribeLimits(response);
        response.Description = status switch { "201" => "Created", "202" => "Accepted", "204" => "Deleted", _ => "OK" };
        var type = method.GetCustomAttributes<ProducesResponseTypeAttribute>().Single().Type;
        if (type == typeof(EventTypeResponse) || type == typeof(JourneyResponse))
        {
            Header(response, "ETag", "The version that is shown, for `If-Match`.");
        }

        if (method.IsDefined(typeof(AnswersEventStreamAttribute)))
        {
            response.Content[AnswersEventStreamAttribute.MediaType] = new OpenApiMediaType { Schema = new JsonSchema { Type = JsonObjectType.String } };
        }

        if (status == "201")
        {
            Header(response, "Location", "Where the new resource is.");
        }

        if (status == "201" && type == typeof(EventResponse))
        {
            Header(response, "Idempotency-Replayed", "`true` where the event was recorded before, by an identical request under the same `Idempotency-Key`.");
        }

        if (method.IsDefined(typeof(AnswersNotModifiedAttribute)))
        {
            var notModified = new OpenApiResponse { Description = "The caller has this version: its `ETag` stands in the header `If-None-Match`." };
            Header(notModified, "ETag", "The version that the caller has.");
            DescribeLimits(notModified);
            operation.Responses[StatusCodes.Status304NotModified.ToString(CultureInfo.InvariantCulture)] = notModified;
        }
    }

    /// <summary>Every answer tells it but those that are given before the operation is looked at.</summary>
    private static void DescribeDeprecation(OpenApiOperation operation)
    {
        foreach (var (_, response) in operation.Responses.Where(response => operation.IsDeprecated && response.Key is not ("401" or "403")))
        {
            Header(response, "Deprecation", "Since when there is a better form (RFC 9745).");
            Header(response, "Link", "The better form, as `successor-version`; where the body could be read.");
        }
    }

    private static void DescribeRefusals(OperationProcessorContext context, OpenApiOperation operation, MethodInfo method)
    {
        var errors = EveryCall
            .Concat(operation.RequestBody is null ? [] : EveryBody)
            .Concat(operation.Parameters.Any(parameter => parameter.Kind is OpenApiParameterKind.Query or OpenApiParameterKind.Header) ? [typeof(ParameterInvalid)] : [])
            .Concat(method.GetCustomAttribute<RefusesAttribute>()?.Errors ?? [])
            .ToHashSet();
        var problems = ProblemCatalog.All.Where(problem => errors.Contains(problem.Example.GetType())).GroupBy(problem => problem.Status).OrderBy(group => group.Key);
        foreach (var group in problems)
        {
            var response = new OpenApiResponse
            {
                Description = string.Join('\n', group.Select(problem => $"- [`{problem.Code}`]({problem.Address}): {problem.Title}.")),
                Content =
                {
                    [Problem.ContentType] = new OpenApiMediaType
                    {
                        Schema = context.SchemaGenerator.GenerateWithReference<JsonSchema>(typeof(Problem).ToContextualType(), context.SchemaResolver),
                        Example = JToken.Parse(JsonSerializer.Serialize(group.First().ExampleAnswer, ApiJson.Options)),
                    },
                },
            };
            if (group.Key is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
            {
                Header(response, "Retry-After", "After how many seconds to repeat the call.", JsonObjectType.Integer);
            }

            if (group.Key != StatusCodes.Status401Unauthorized)
            {
                DescribeLimits(response);
            }

            if (group.Any(problem => problem.Example is IdempotencyKeyExists))
            {
                Header(response, "Location", "Of `idempotencyKeyExists`: where the event first recorded under the key is.");
            }

            if (group.Key == StatusCodes.Status401Unauthorized)
            {
                Header(response, "WWW-Authenticate", "`Bearer`");
            }

            operation.Responses[group.Key.ToString(CultureInfo.InvariantCulture)] = response;
        }
    }

    private static void DescribeLimits(OpenApiResponse response)
    {
        Header(response, "RateLimit-Policy", "The limits that the call counts against, where its tenant has any.");
        Header(response, "RateLimit", "What is left of them.");
    }

    private static void Header(OpenApiResponse response, string name, string description, JsonObjectType type = JsonObjectType.String) =>
        response.Headers[name] = new OpenApiHeader { Description = description, Schema = new JsonSchema { Type = type } };
}
