using AutoMapper;
using Flownally.Domain.Events;

namespace Flownally.Application.Events;

/// <summary>Maps entities to responses.</summary>
internal sealed class EventProfile : Profile
{
    public EventProfile() =>
        CreateMap<Event, EventResponse>()
            .ForMember(response => response.EventTypeId, map => map.MapFrom(source => source.Type.Id))
            .ForMember(response => response.EventTypeName, map => map.MapFrom(source => source.Type.Name.Value))
            .ForMember(response => response.SchemaVersion, map => map.MapFrom(source => source.Type.SchemaVersion))
            .ForMember(response => response.Payload, map => map.MapFrom(source => source.Payload.Text))
            .ForMember(response => response.IdempotencyKey, map => map.MapFrom(source =>
                source.IdempotencyKey == null ? null : source.IdempotencyKey.Value.Value));
}
