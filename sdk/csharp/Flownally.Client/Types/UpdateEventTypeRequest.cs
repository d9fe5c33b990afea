using System.Text.Json.Serialization;

namespace Flownally.Client;

public partial class UpdateEventTypeRequest : IPatch
{
    /// <summary>Removes the description. To leave it as it is, set neither this nor <see cref="Description"/>.</summary>
    [JsonIgnore]
    public bool ClearDescription { get; set; }

    /// <summary>Removes the schema. To leave it as it is, set neither this nor <see cref="PayloadSchema"/>.</summary>
    [JsonIgnore]
    public bool ClearPayloadSchema { get; set; }

    bool IPatch.Clears(string member) => member switch
    {
        "description" => ClearDescription,
        "payloadSchema" => ClearPayloadSchema,
        _ => false,
    };
}
