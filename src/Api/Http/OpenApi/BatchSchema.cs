using Flownally.Api.Http.Binding;
using Namotion.Reflection;
using NJsonSchema;
using NJsonSchema.Generation.TypeMappers;

namespace Flownally.Api.Http.OpenApi;

/// <summary>A batch is an array on the wire.</summary>
internal sealed class BatchSchema<T> : ITypeMapper
{
    public Type MappedType => typeof(Batch<T>);

    public bool UseReference => false;

    public void GenerateSchema(JsonSchema schema, TypeMapperContext context)
    {
        schema.Type = JsonObjectType.Array;
        schema.Item = context.JsonSchemaGenerator.GenerateWithReference<JsonSchema>(typeof(T).ToContextualType(), context.JsonSchemaResolver);
        schema.MinItems = 1;
        schema.MaxItems = Batch.MaxItems;
    }
}
