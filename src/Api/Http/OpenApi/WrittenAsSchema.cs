using Namotion.Reflection;
using NJsonSchema;
using NJsonSchema.Generation.TypeMappers;

namespace Flownally.Api.Http.OpenApi;

/// <summary>A parameter that is written as a value of another type is.</summary>
internal sealed class WrittenAsSchema<TParameter, TValue> : ITypeMapper
{
    public Type MappedType => typeof(TParameter);

    public bool UseReference => false;

    public void GenerateSchema(JsonSchema schema, TypeMapperContext context) => schema.OneOf.Add(
        context.JsonSchemaGenerator.GenerateWithReference<JsonSchema>(typeof(TValue).ToContextualType(), context.JsonSchemaResolver));
}
