using System.Text.Json;

namespace Flownally.Client;

/// <summary>How payloads of types of one's own are read and written.</summary>
internal static class PayloadJson
{
    public const string Reflection =
        "It uses reflection on the payload's type. Where code is trimmed or compiled ahead of time, give a JsonTypeInfo.";

    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);
}
