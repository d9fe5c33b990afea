using System.Text.Json.Serialization;

namespace Flownally.Api.Http.Problems;

/// <summary>Whether a contact may be written to at present.</summary>
public sealed class Window
{
    public required WindowState State { get; init; }

    public required WindowActor ForActor { get; init; }

    /// <summary>When an open window closes.</summary>
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
