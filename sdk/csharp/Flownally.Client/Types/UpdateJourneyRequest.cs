using System.Text.Json.Serialization;

namespace Flownally.Client;

public partial class UpdateJourneyRequest : IPatch
{
    /// <summary>Removes the trigger. To leave it as it is, set neither this nor <see cref="TriggerConfig"/>.</summary>
    [JsonIgnore]
    public bool ClearTriggerConfig { get; set; }

    /// <summary>Removes the target. To leave it as it is, set neither this nor <see cref="Target"/>.</summary>
    [JsonIgnore]
    public bool ClearTarget { get; set; }

    bool IPatch.Clears(string member) => member switch
    {
        "triggerConfig" => ClearTriggerConfig,
        "target" => ClearTarget,
        _ => false,
    };
}

public partial class UpdateTriggerConfig : IPatch
{
    /// <summary>Removes the filter. To leave it as it is, set neither this nor <see cref="PayloadFilter"/>.</summary>
    [JsonIgnore]
    public bool ClearPayloadFilter { get; set; }

    bool IPatch.Clears(string member) => member == "payloadFilter" && ClearPayloadFilter;
}
