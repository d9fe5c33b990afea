using Flownally.Api.Http.Problems;
using Flownally.Application;
using Flownally.Domain;
using NJsonSchema.Generation;

namespace Flownally.Api.Http.OpenApi;

/// <summary>The names of schemas: a whole response ends in "Response", and a type inside a response does not.</summary>
internal sealed class SchemaNames : ISchemaNameGenerator
{
    private const string Suffix = "Response";

    /// <summary>All types that the contract may contain.</summary>
    public static readonly IReadOnlyList<Type> Types =
        [.. new[] { typeof(ApiHost), typeof(ApplicationServices), typeof(Error) }.SelectMany(layer => layer.Assembly.GetTypes())];

    private static readonly HashSet<Type> Parts = [.. Types.Where(type => type.Name.EndsWith(Suffix, StringComparison.Ordinal))
        .SelectMany(type => type.GetProperties()).Select(member => member.PropertyType)
        .Select(type => type.IsGenericType ? type.GenericTypeArguments[0] : type)];

    public string Generate(Type type) => type == typeof(Problem) ? "ProblemDetails"
        : type == typeof(MessagingWindow) ? "Window"
        : Parts.Contains(type) && type.Name.EndsWith(Suffix, StringComparison.Ordinal) ? type.Name[..^Suffix.Length]
        : type.Name;
}
