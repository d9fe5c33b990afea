namespace Flownally.Domain.EventTypes;

/// <summary>Names the type of an event, by id or by name but not both. An id that is malformed refers to no type.</summary>
public readonly record struct EventTypeReference(string? Id, string? Name)
{
    /// <summary>RFC 6901 pointer to the member of the request that names the type.</summary>
    public string Field => Id is not null ? "/eventTypeId" : "/eventTypeName";
}
