namespace Flownally.Domain.ApiKeys;

/// <summary>The permissions of a key: <c>resource:verb</c>.</summary>
public static class Scopes
{
    public const string EventTypeList = "event_type:list";
    public const string EventTypeCreate = "event_type:create";
    public const string EventTypeRead = "event_type:read";
    public const string EventTypeUpdate = "event_type:update";
    public const string EventTypeDelete = "event_type:delete";
    public const string EventList = "event:list";
    public const string EventCreate = "event:create";
    public const string EventRead = "event:read";
    public const string JourneyList = "journey:list";
    public const string JourneyCreate = "journey:create";
    public const string JourneyRead = "journey:read";
    public const string JourneyUpdate = "journey:update";
    public const string JourneyDelete = "journey:delete";

    public static readonly IReadOnlyList<string> All =
    [
        EventTypeList, EventTypeCreate, EventTypeRead, EventTypeUpdate, EventTypeDelete,
        EventList, EventCreate, EventRead,
        JourneyList, JourneyCreate, JourneyRead, JourneyUpdate, JourneyDelete,
    ];
}
