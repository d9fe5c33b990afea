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

/// <summary>Adds the required scope and roles, the errors and the response headers to an operation.</summary>
internal sealed class ContractOperationProcessor : IOperationProcessor
{
    private const string Json = "application/json";

    private static readonly Type[] EveryCall =
    [
        typeof(ParameterUnknown), typeof(Unauthenticated), typeof(ScopeMissing), typeof(RoleNotAllowed), typeof(NotAcceptable),
        typeof(RateLimited), typeof(Internal), typeof(DatabaseUnavailable),
    ];

    private static readonly Type[] EveryBody =
    [
        typeof(MalformedJson), typeof(DuplicateMember), typeof(RequestTimeout), typeof(RequestTooLarge), typeof(UnsupportedMediaType),
        typeof(ValidationFailed), typeof(UnknownField),
    ];

    public bool Process(OperationProcessorContext context)
    {
        if (context.OperationDescription.Method == OpenApiOperationMethod.Head)
        {
            return false; // every GET also supports HEAD
        }

        var operation = context.OperationDescription.Operation;
        var method = context.MethodInfo;
        operation.OperationId = Operations.NameOf(method);
        operation.IsDeprecated = method.IsDefined(typeof(DeprecatedAttribute));
        RequireKey(operation, method.GetCustomAttribute<SendsAttribute>()!.Required);
        foreach (var parameter in operation.Parameters)
        {
            parameter.Schema.IsNullableRaw = null; // a parameter can be absent, but not null
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
        operation.Description = (operation.Description
            + $"\n\nNeeds the scope `{required.Scope}` and one of the roles {string.Join(", ", roles)}.").Trim();
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
        if (method.IsDefined(typeof(AcceptsMergePatchAttribute)))
        {
            body.Content[AcceptsMergePatchAttribute.MediaType] = schema;
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
            Header(response, "ETag", "The version in this response, for `If-Match`.");
        }

        if (method.IsDefined(typeof(ProducesEventStreamAttribute)))
        {
            var schema = new JsonSchema { Type = JsonObjectType.String };
            response.Content[ProducesEventStreamAttribute.MediaType] = new OpenApiMediaType { Schema = schema };
        }

        if (status == "201")
        {
            Header(response, "Location", "The address of the new resource.");
        }

        if (status == "201" && type == typeof(EventResponse))
        {
            Header(response, "Idempotency-Replayed",
                "`true` if an identical request with the same `Idempotency-Key` recorded the event before.");
        }

        if (method.IsDefined(typeof(ProducesNotModifiedAttribute)))
        {
            var notModified = new OpenApiResponse { Description = "`If-None-Match` contains the `ETag` of the current version." };
            Header(notModified, "ETag", "The current version.");
            DescribeLimits(notModified);
            operation.Responses[StatusCodes.Status304NotModified.ToString(CultureInfo.InvariantCulture)] = notModified;
        }
    }

    /// <summary>All responses have these headers, except those sent before the operation is selected.</summary>
    private static void DescribeDeprecation(OpenApiOperation operation)
    {
        foreach (var (_, response) in operation.Responses.Where(response => operation.IsDeprecated && response.Key is not ("401" or "403")))
        {
            Header(response, "Deprecation", "The time since which a better operation exists (RFC 9745).");
            Header(response, "Link", "The better operation, as `successor-version`; only if the body could be read.");
        }
    }

    private static void DescribeRefusals(OperationProcessorContext context, OpenApiOperation operation, MethodInfo method)
    {
        var errors = EveryCall
            .Concat(operation.RequestBody is null ? [] : EveryBody)
            .Concat(operation.Parameters.Any(IsQueryOrHeader) ? [typeof(ParameterInvalid)] : [])
            .Concat(method.GetCustomAttribute<RefusesAttribute>()?.Errors ?? [])
            .ToHashSet();
        if (errors.Except(ProblemCatalog.All.Select(problem => problem.Example.GetType())).FirstOrDefault() is { } unknown)
        {
            throw new InvalidOperationException($"{unknown.Name} has no entry in ProblemCatalog.");
        }

        var problems = ProblemCatalog.All.Where(problem => errors.Contains(problem.Example.GetType()))
            .GroupBy(problem => problem.Status).OrderBy(group => group.Key);
        var schema = context.SchemaGenerator.GenerateWithReference<JsonSchema>(typeof(Problem).ToContextualType(), context.SchemaResolver);
        foreach (var group in problems)
        {
            var response = new OpenApiResponse
            {
                Description = string.Join('\n', group.Select(problem => $"- [`{problem.Code}`]({problem.Address}): {problem.Title}.")),
                Content =
                {
                    [Problem.ContentType] = new OpenApiMediaType
                    {
                        Schema = schema,
                        Example = JToken.Parse(JsonSerializer.Serialize(group.First().ExampleResponse, ApiJson.Options)),
                    },
                },
            };
            if (group.Key is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
            {
                Header(response, "Retry-After", "Seconds to wait before a retry.", JsonObjectType.Integer);
            }

            if (group.Key != StatusCodes.Status401Unauthorized)
            {
                DescribeLimits(response);
            }

            if (group.Any(problem => problem.Example is IdempotencyKeyExists))
            {
                Header(response, "Location", "With `idempotencyKeyExists`: the address of the event first recorded with the key.");
            }

            if (group.Key == StatusCodes.Status401Unauthorized)
            {
                Header(response, "WWW-Authenticate", "`Bearer`");
            }

            operation.Responses[group.Key.ToString(CultureInfo.InvariantCulture)] = response;
        }
    }

    private static bool IsQueryOrHeader(OpenApiParameter parameter) =>
        parameter.Kind is OpenApiParameterKind.Query or OpenApiParameterKind.Header;

    private static void DescribeLimits(OpenApiResponse response)
    {
        Header(response, "RateLimit-Policy", "The tenant's limits that apply to the call, if any.");
        Header(response, "RateLimit", "The remaining quota of these limits.");
    }

    private static void Header(OpenApiResponse response, string name, string description, JsonObjectType type = JsonObjectType.String) =>
        response.Headers[name] = new OpenApiHeader { Description = description, Schema = new JsonSchema { Type = type } };
}
