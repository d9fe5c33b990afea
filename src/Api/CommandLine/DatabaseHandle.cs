using System.CommandLine;
using Flownally.Api.Configuration;
using Flownally.Infrastructure.EmbeddedPostgres;
using Flownally.Infrastructure.Postgres;
using MediatR;
using Microsoft.Extensions.Options;

namespace Flownally.Api.CommandLine;

/// <summary>
/// The database that a command uses: the server in <c>ConnectionStrings__Flownally</c>, else the embedded one, which runs at least as long
/// as the handle is open.
/// </summary>
internal sealed class DatabaseHandle : IAsyncDisposable
{
    private const string DefaultData = ".flownally";

    public static readonly Option<DirectoryInfo> Data = new("--data")
    {
        Description = "The folder of the embedded database; ignored if ConnectionStrings__Flownally names a server.",
        DefaultValueFactory = _ => new DirectoryInfo(Environment.GetEnvironmentVariable("FLOWNALLY_DATA") ?? DefaultData),
        CustomParser = OptionValues.ReadFolder,
        Recursive = true,
    };

    private readonly EmbeddedServer? _embedded;

    private DatabaseHandle(IConfiguration configuration, string connectionString, string location, EmbeddedServer? embedded = null)
    {
        (Location, _embedded) = (location, embedded);
        Configuration = configuration;
        ConnectionString = connectionString;
        OwnerConnectionString = ApiHost.OwnerConnectionString(configuration, connectionString);
    }

    public IConfiguration Configuration { get; }

    /// <summary>The database's location without account and password, to show to people.</summary>
    public string Location { get; }

    public string ConnectionString { get; }

    /// <summary>Connects as the account that owns the tables.</summary>
    public string OwnerConnectionString { get; }

    /// <summary>Opens the database. An embedded database is migrated at once.</summary>
    /// <param name="create">
    /// True creates a missing embedded database. Only serve and migrate do so, because a typing error in <c>--data</c> must not create one.
    /// </param>
    /// <exception cref="OptionsValidationException">A setting is wrong.</exception>
    /// <exception cref="EmbeddedServerMissingException">There is no embedded database to open.</exception>
    public static async Task<DatabaseHandle> OpenAsync(
        ParseResult arguments, Terminal terminal, CancellationToken cancellationToken, bool create = false)
    {
        var configuration = Settings.Read();
        if (ConnectionSettings.Find(configuration, ConnectionSettings.Service) is { } named)
        {
            return new DatabaseHandle(configuration, named, ConnectionStrings.ServerAndDatabase(named));
        }

        ConnectionSettings.Find(configuration, ConnectionSettings.Owner); // checked before a server is started
        var data = arguments.GetRequiredValue(Data).FullName;
        if (!create)
        {
            EmbeddedServer.RequireIn(data);
        }

        var embedded = await EmbeddedServer.StartAsync(data, terminal.Say, cancellationToken);
        var handle = new DatabaseHandle(configuration, embedded.ConnectionString, $"embedded, in {data}", embedded);
        try
        {
            await Migrator.MigrateAsync(handle.OwnerConnectionString, cancellationToken);
            return handle;
        }
        catch
        {
            await handle.DisposeAsync();
            throw;
        }
    }

    /// <summary>The folder of the embedded database, for commands that work only on that.</summary>
    /// <exception cref="WrongUseException">ConnectionStrings__Flownally names a server.</exception>
    public static string EmbeddedData(ParseResult arguments) =>
        ConnectionSettings.Find(Settings.Read(), ConnectionSettings.Service) is null
            ? arguments.GetRequiredValue(Data).FullName
            : throw new WrongUseException(
                "This command is for the embedded database, but ConnectionStrings__Flownally names a server; see docs/postgresql.md.");

    /// <summary>Sends one request to the application.</summary>
    public async Task<TResponse> SendAsync<TResponse>(IRequest<TResponse> request, CancellationToken cancellationToken)
    {
        await using var services = BuildServices();
        return await services.GetRequiredService<IMediator>().Send(request, cancellationToken);
    }

    /// <summary>The application services on this database, without a web server.</summary>
    public ServiceProvider BuildServices() => new ServiceCollection().AddFlownally(Configuration, ConnectionString).BuildServiceProvider();

    public ValueTask DisposeAsync() => _embedded?.DisposeAsync() ?? ValueTask.CompletedTask;
}
