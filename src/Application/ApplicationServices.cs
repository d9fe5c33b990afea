using AutoMapper;
using Flownally.Application.Authorization;
using Flownally.Application.Contacts;
using Flownally.Application.Events;
using Flownally.Application.EventTypes;
using Flownally.Application.Journeys;
using Flownally.Application.Journeys.Delivery;
using Flownally.Application.Journeys.Dispatch;
using Flownally.Application.Sharing;
using Flownally.Application.Validation;
using Flownally.Domain.Ids;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Flownally.Application;

/// <summary>Registers the services of this layer. They keep no state of a request, so all are singletons.</summary>
public static class ApplicationServices
{
    public static IServiceCollection AddApplication(this IServiceCollection services)
    {
        var assembly = typeof(ApplicationServices).Assembly;
        foreach (var handler in assembly.GetTypes().Where(type => !type.IsAbstract))
        {
            foreach (var contract in handler.GetInterfaces().Where(type =>
                type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IRequestHandler<,>)))
            {
                services.AddSingleton(contract, handler);
            }
        }

        return services
            .AddSingleton<IMapper>(new Mapper(new MapperConfiguration(mapping => mapping.AddProfiles(assembly))))
            .AddValidatorsFromAssembly(assembly, ServiceLifetime.Singleton, includeInternalTypes: true)
            .AddSingleton<ServiceFactory>(provider => provider.GetService!)
            .AddSingleton<IMediator, Mediator>()
            .AddSingleton(typeof(IPipelineBehavior<,>), typeof(AuthorizationBehavior<,>))
            .AddSingleton(typeof(IPipelineBehavior<,>), typeof(ValidationBehavior<,>))
            .AddSingleton<ContactGate>()
            .AddSingleton<EventRateLimits>()
            .AddSingleton<EventRecorder>()
            .AddSingleton<ProcessorShares>()
            .AddSingleton<JourneyChanger>()
            .AddSingleton<JourneyDispatcher>()
            .AddSingleton<CursorStep>()
            .AddSingleton<BacklogStep>()
            .AddSingleton<EntryDelivery>()
            .AddSingleton<FilterErrorReport>()
            .AddSingleton<JourneyLag>()
            .AddSingleton<SchemaDecisionMetrics>()
            .AddSingleton<IdGenerator>();
    }
}
