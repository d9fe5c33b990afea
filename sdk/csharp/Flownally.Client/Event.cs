namespace Flownally.Client;

public partial class Event
{
    /// <summary>The payload as a type of your own, read with camelCase names.</summary>
    /// <exception cref="System.Text.Json.JsonException">It does not fit the type.</exception>
    public T? PayloadAs<T>() => FlownallyClient.Read<T>(Payload);
}
