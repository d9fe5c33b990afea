using Flownally.Api.Http.Binding;
using Namotion.Reflection;
using NJsonSchema;
using NJsonSchema.Generation.TypeMappers;

namespace Flownally.Api.Http.OpenApi;

/// <summary>A generic type that is written as its argument is: by reference to that, where it has a schema of its own.</summary>
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

/// <summary>A batch is an array on the wire.</summary>
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
