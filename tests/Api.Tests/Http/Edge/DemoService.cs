using Flownally.Api.Tests.Postgres;
using Flownally.Infrastructure.Postgres;
using Microsoft.AspNetCore.Builder;

namespace Flownally.Api.Tests.Http.Edge;

/// <summary>A process that offers a key on its documentation page and has no setting, on a database of its own.</summary>
internal sealed class DemoService : IAsyncDisposable
{
    public const string Key = "fln_live_demo-of-a-test";

    private readonly WebApplication _app;

    private DemoService(WebApplication app) => _app = app;

    public Uri Url => new(_app.Urls.Single());

    public static async Task<DemoService> StartAsync(string name)
    {
        var connectionString = await DatabaseTests.NewDatabaseAsync($"demo_{name}");
        await Migrator.MigrateAsync(connectionString, CancellationToken.None);
        var app = ApiHost.Build(connectionString, "http://127.0.0.1:0", Key);
        await app.StartAsync();
        return new DemoService(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
