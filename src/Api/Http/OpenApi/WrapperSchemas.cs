using Flownally.Api.Http.Binding;
using Namotion.Reflection;
using NJsonSchema;
using NJsonSchema.Generation.TypeMappers;

namespace Flownally.Api.Http.OpenApi;

/// <summary>A generic type that JSON writes like its argument, by reference if the argument has a schema.</summary>
internal class WrapperSchema(Type wrapper) : ITypeMapper
{
    public Type MappedType => wrapper;

    public bool UseReference => false;

    public virtual void GenerateSchema(JsonSchema schema, TypeMapperContext context)
    {
        var wrapped = ReferenceTo(context);
        if (wrapped.HasReference)
        {
            schema.OneOf.Add(wrapped);
        }
        else
        {
            context.JsonSchemaGenerator.Generate(schema, Wrapped(context), context.JsonSchemaResolver);
        }
    }

    protected static JsonSchema ReferenceTo(TypeMapperContext context) =>
        context.JsonSchemaGenerator.GenerateWithReference<JsonSchema>(Wrapped(context), context.JsonSchemaResolver);

    private static ContextualType Wrapped(TypeMapperContext context) =>
        (Nullable.GetUnderlyingType(context.Type) ?? context.Type).GenericTypeArguments[0].ToContextualType();
}

/// <summary>JSON writes a batch as an array.</summary>
internal sealed class BatchSchema() : WrapperSchema(typeof(Batch<>))
{
    public override void GenerateSchema(JsonSchema schema, TypeMapperContext context)
    {
        schema.Type = JsonObjectType.Array;
        schema.Item = ReferenceTo(context);
        schema.MinItems = 1;
        schema.MaxItems = Batch.MaxItems;
    }
}
