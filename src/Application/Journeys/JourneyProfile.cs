using AutoMapper;
using Flownally.Domain.Journeys;
using Flownally.Domain.Json;

namespace Flownally.Application.Journeys;

/// <summary>Maps entities to responses.</summary>
internal sealed class JourneyProfile : Profile
{
    public JourneyProfile() =>
        CreateMap<Journey, JourneyResponse>()
            .ForMember(response => response.Name, map => map.MapFrom(source => source.Name))
            .ForMember(response => response.TriggerConfig, map => map.MapFrom(source => TriggerConfigOf(source.TriggerConfig)))
            .ForMember(response => response.Target, map => map.MapFrom(source => TargetOf(source.Target)))
            .ForMember(response => response.LastFilterError, map => map.MapFrom(source => FilterErrorResponse.Of(source.LastFilterError)));

    private static TriggerConfigResponse? TriggerConfigOf(TriggerConfig? trigger) => trigger is null ? null : new TriggerConfigResponse
    {
        EventTypeId = trigger.EventTypeId,
        PayloadFilter = trigger.PayloadFilter is { } filter ? new RawJson(filter.Utf8) : null,
    };

    private static JourneyTargetResponse? TargetOf(JourneyTarget? target) =>
        target is null ? null : new JourneyTargetResponse { Url = target.Url };
}
