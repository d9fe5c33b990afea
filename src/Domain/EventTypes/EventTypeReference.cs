namespace Flownally.Domain.EventTypes;

/// <summary>How a recording names its type: by id or by name, one of the two. Text that is no well-formed id names nothing.</summary>
public readonly record struct EventTypeReference(string? Id, string? Name)
{
    /// <summary>The request's member that names the type.</summary>
    public string Field => Id is not null ? "/eventTypeId" : "/eventTypeName";
}
