using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Flownally.Application.Tests;

internal static class Meters
{
    public static readonly IMeterFactory Factory = New();

    public static IMeterFactory New() => new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
}
