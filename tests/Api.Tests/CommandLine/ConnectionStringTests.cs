using Flownally.Api.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Flownally.Api.Tests.CommandLine;

/// <summary>What commands say of a database that they cannot use.</summary>
public sealed class ConnectionStringTests
{
    private const string Nowhere = "Host=127.0.0.1;Port=1;Database=flownally;Username=flownally;Password=hidden";

    [TestCase("Flownally", "nonsense-hidden")]
    [TestCase("Flownally", "Host=127.0.0.1;Pasword=hidden", Description = "no such keyword")]
    [TestCase("Flownally", "Host=127.0.0.1;Port=hidden")]
    [TestCase("Flownally", "Host=127.0.0.1;Timeout=-1;Password=hidden")]
    [TestCase("Flownally", "Host=127.0.0.1;Minimum Pool Size=90;Maximum Pool Size=1;Password=hidden")]
    [TestCase("Flownally", "Database=flownally;Password=hidden", Description = "no host")]
    [TestCase("Flownally", "")]
    [TestCase("FlownallyOwner", "nonsense-hidden")]
    [TestCase("FlownallyOwner", "Host=127.0.0.1;Pasword=hidden")]
    public void A_malformed_one_is_told_without_its_value(string name, string value)
    {
        var settings = new Dictionary<string, string?> { [$"ConnectionStrings:{name}"] = value };
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        Assert.That(() => ConnectionSettings.Find(configuration, name), Throws.TypeOf<OptionsValidationException>()
            .With.Message.StartsWith($"ConnectionStrings__{name} is not ").And.Message.Not.Contain("hidden"));
    }

    [TestCase("Host=127.0.0.1")]
    [TestCase("Host=/var/run/postgresql;Username=flownally;Maximum Pool Size=3")]
    [TestCase("Host=a,b;Target Session Attributes=primary;SSL Mode=Require;Password=a b;Timeout=3")]
    public void A_good_one_is_taken_as_it_is(string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:Flownally", value)]).Build();
        Assert.That(ConnectionSettings.Find(configuration, "Flownally"), Is.EqualTo(value));
    }

    [Test]
    public void None_is_none() => Assert.That(ConnectionSettings.Find(new ConfigurationBuilder().Build(), "Flownally"), Is.Null);

    [TestCase("Flownally", "nonsense", "migrate")]
    [TestCase("Flownally", "nonsense", "serve")]
    [TestCase("Flownally", "nonsense", "keys list --tenant tn_00000000000000000000000000")]
    [TestCase("FlownallyOwner", "nonsense", "migrate")]
    [TestCase("FlownallyOwner", "nonsense", "serve --port 0")]
    public async Task A_command_says_one_sentence_and_fails(string name, string value, string command)
    {
        var (status, output) = await RunAsync(command, ($"ConnectionStrings__{name}", value));
        Assert.That((status, output.Split('\n')), Is.EqualTo((2, new[]
        {
            $"ConnectionStrings__{name} is not a connection string of PostgreSQL, such as Host=db.example.com;Database=flownally;Username=flownally;Password=…",
        })));
    }

    [TestCase("migrate", Nowhere)]
    [TestCase("migrate", "Host=/nowhere,/elsewhere;Database=flownally;Username=flownally;Password=hidden")]
    [TestCase("tenants create --name Test", Nowhere)]
    [TestCase("serve --port 0 --quickstart", Nowhere)]
    public async Task A_database_that_cannot_be_reached_is_told_in_one_sentence(string command, string value)
    {
        var (status, output) = await RunAsync(command, ("ConnectionStrings__Flownally", value));
        Assert.That(status, Is.EqualTo(1));
        Assert.That(output, Is.EqualTo("No server accepts connections at the database's address."));
    }

    /// <summary>With what it says on standard error in its output.</summary>
    private static Task<(int Status, string Output)> RunAsync(string command, (string Name, string Value) setting) => RunningService.ToolAsync(
        ["/bin/sh", "-c", $"exec \"$0\" {command} --data /nowhere/flownally 2>&1", RunningService.Program], setting);
}
