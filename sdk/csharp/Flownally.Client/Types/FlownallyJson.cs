using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Flownally.Client;

/// <summary>
/// How the types of the contract are read and written. It needs no reflection, so that programs can be trimmed and compiled ahead of time.
/// </summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
internal sealed partial class FlownallyJson : JsonSerializerContext
{
    private static readonly JsonSerializerOptions Contract = new()
    {
        TypeInfoResolver = new FlownallyJson().WithAddedModifier(LeaveOutWhatIsNotSet).WithAddedModifier(RefuseNull),
    };

    public static JsonTypeInfo<T> Type<T>() => (JsonTypeInfo<T>)Contract.GetTypeInfo(typeof(T));

    /// <summary>What is not set is left out, because null is a value of its own in this contract.</summary>
    private static void LeaveOutWhatIsNotSet(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            var name = property.Name;
            property.ShouldSerialize = (owner, value) => value is not null || (owner is IPatch patch && patch.Clears(name));
        }
    }

    /// <summary>A required member that is null counts as missing. .NET 8 has no <c>RespectNullableAnnotations</c>.</summary>
    private static void RefuseNull(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property is { IsRequired: true, PropertyType.IsValueType: false, Set: { } set })
            {
                var name = property.Name;
                property.Set = (owner, value) => set(owner, value ?? throw new JsonException($"The member '{name}' is null."));
            }
        }
    }
}
