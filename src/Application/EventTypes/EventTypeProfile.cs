using AutoMapper;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Json;

namespace Flownally.Application.EventTypes;

/// <summary>Maps entities to responses.</summary>
internal sealed class EventTypeProfile : Profile
{
    public EventTypeProfile() =>
        CreateMap<EventType, EventTypeResponse>()
            .ForMember(response => response.Name, map => map.MapFrom(source => source.Name))
            .ForMember(response => response.Predefined, map => map.MapFrom(source => source.IsPredefined))
            .ForMember(response => response.PayloadSchema, map => map.MapFrom(source =>
                source.PayloadSchema == null ? (RawJson?)null : new RawJson(source.PayloadSchema.Utf8)));
}
