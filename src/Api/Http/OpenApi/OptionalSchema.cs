using Flownally.Domain;
using Namotion.Reflection;
using NJsonSchema;
using NJsonSchema.Generation.TypeMappers;

namespace Flownally.Api.Http.OpenApi;

/// <summary>An object that a merge patch can change or clear; that it can be null is said where it is defined.</summary>
internal sealed class OptionalSchema<T> : ITypeMapper where T : class
{
    public Type MappedType => typeof(Optional<T>);

    public bool UseReference => false;

    public void GenerateSchema(JsonSchema schema, TypeMapperContext context) =>
        schema.OneOf.Add(context.JsonSchemaGenerator.GenerateWithReference<JsonSchema>(typeof(T).ToContextualType(), context.JsonSchemaResolver));
}
