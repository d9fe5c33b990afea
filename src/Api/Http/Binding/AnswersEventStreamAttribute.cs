namespace Flownally.Api.Http.Binding;

/// <summary>The action answers in JSON, or as Server-Sent Events to a caller that would rather have these.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class AnswersEventStreamAttribute : Attribute
{
    public const string MediaType = "text/event-stream";

    public static bool IsWanted(HttpRequest request) =>
        AcceptHeader.Wish(request, MediaType).CompareTo(AcceptHeader.Wish(request, AcceptHeader.Json)) > 0;
}
