using System.Text.Json.Serialization;

namespace Flownally.Api.Http.Problems;

/// <summary>Whether messages to a contact are allowed now.</summary>
public sealed class MessagingWindow
{
    public required WindowState State { get; init; }

    public required WindowActor ForActor { get; init; }

    /// <summary>The time at which an open window closes.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public WindowFailure? FailureCode { get; init; }
}

public enum WindowState
{
    [JsonStringEnumMemberName("OPEN")]
    Open,

    [JsonStringEnumMemberName("CLOSED")]
    Closed,
}

public enum WindowActor
{
    [JsonStringEnumMemberName("AGENT")]
    Agent,

    [JsonStringEnumMemberName("BOT")]
    Bot,
}

public enum WindowFailure
{
    MessagingWindowClosed,
    InboxRequired,
    UnsupportedChannel,
}
