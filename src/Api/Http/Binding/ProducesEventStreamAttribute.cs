namespace Flownally.Api.Http.Binding;

/// <summary>The action responds with JSON, or with Server-Sent Events if the caller prefers them.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProducesEventStreamAttribute : Attribute
{
    public const string MediaType = "text/event-stream";

    public static bool IsPreferred(HttpRequest request) =>
        AcceptHeader.Preference(request, MediaType).CompareTo(AcceptHeader.Preference(request, AcceptHeader.Json)) > 0;
}
