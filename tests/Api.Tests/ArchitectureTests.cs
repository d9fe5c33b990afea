using Flownally.Api.Http.Authentication;
using Flownally.Api.Tests.CommandLine;
using Flownally.Application;
using Flownally.Application.Authorization;
using Flownally.Domain;
using Flownally.Infrastructure;

namespace Flownally.Api.Tests;

public sealed class ArchitectureTests
{
    /// <summary>
    /// Where connections are opened: what everything else goes through, those that need a session of their own, and what
    /// sets a server up.
    /// </summary>
    private static readonly string[] Openers =
    [
        "Postgres/SessionPool.cs", "Postgres/Migrator.cs", "Postgres/AdvisoryLock.cs",
        "Postgres/Notifications.cs", "Postgres/NotificationCheck.cs", "Feed/FeedMove.cs", "Postgres/PrimarySessions.cs",
        "Retention/MonthlyRetention.cs", "EmbeddedPostgres/Cluster.cs",
    ];

    [TestCase(typeof(Error))]
    [TestCase(typeof(ApplicationServices), "Flownally.Domain")]
    [TestCase(typeof(InfrastructureServices), "Flownally.Application", "Flownally.Domain")]
    public void Layers_know_only_those_below_them(Type layer, params string[] below) =>
        Assert.That(Names(layer).Where(name => name.StartsWith("Flownally", StringComparison.Ordinal)), Is.EquivalentTo(below));

    [Test]
    public void The_domain_needs_nothing_but_the_base_class_library() =>
        Assert.That(Names(typeof(Error)), Has.All.StartsWith("System"));

    [Test]
    public void Handlers_know_no_database_no_HTTP_and_no_JSON_library()
    {
        string[] forbidden = ["Npgsql", "Dapper", "Microsoft.AspNetCore", "Newtonsoft"];
        Assert.That(Names(typeof(ApplicationServices)).Where(name => forbidden.Any(start => name.StartsWith(start, StringComparison.Ordinal))), Is.Empty);
    }

    /// <summary>Else a call could pass the gate under one declaration and send what has another.</summary>
    [Test]
    public void Every_operation_names_requests_that_declare_the_same()
    {
        Assert.That(Operations.Actions, Is.Not.Empty);
        foreach (var action in Operations.Actions)
        {
            var declared = Operations.SentBy(action).Requests.Select(RequiresAttribute.Of).ToList();
            Assert.That(declared.Select(required => (required.Scope, string.Join(',', required.Roles))).Distinct().ToList(), Has.Count.EqualTo(1), action.Name);
        }
    }

    /// <summary>The places that CONTRIBUTING.md lists; the contract and the request files have tests of their own.</summary>
    [Test]
    public void Every_operation_has_a_use_case_of_its_own_with_a_test()
    {
        Assert.That(Requests, Is.Not.Empty);
        using (Assert.EnterMultipleScope())
        {
            foreach (var request in Requests)
            {
                var folder = request.Namespace!["Flownally.Application.".Length..].Replace('.', '/');
                Assert.That(Path.Combine(RunningService.Root.FullName, "src/Application", folder, $"{request.Name}.cs"), Does.Exist);
                Assert.That(Path.Combine(RunningService.Root.FullName, "tests/Application.Tests", folder, $"{request.Name}Tests.cs"), Does.Exist);
            }
        }
    }

    [Test]
    public void Every_request_that_acts_for_a_tenant_is_named_by_an_operation() =>
        Assert.That(Requests, Is.EquivalentTo(typeof(TenantRequest).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(TenantRequest)))));

    [Test]
    public void Statements_go_through_one_place()
    {
        var sources = new DirectoryInfo(Path.Combine(RunningService.Root.FullName, "src"));
        var openers = sources.EnumerateFiles("*.cs", SearchOption.AllDirectories)
            .Where(file => !file.FullName.Contains("/obj/", StringComparison.Ordinal))
            .Where(file => Opens(File.ReadAllText(file.FullName)))
            .Select(file => Path.GetRelativePath(sources.FullName, file.FullName));
        Assert.That(openers, Is.EquivalentTo(Openers.Select(file => "Infrastructure/" + file)));
    }

    /// <summary>What the operations send, each once.</summary>
    private static IEnumerable<Type> Requests => Operations.Actions.SelectMany(action => Operations.SentBy(action).Requests).Distinct();

    private static bool Opens(string source) =>
        source.Contains("new NpgsqlConnection(", StringComparison.Ordinal) || source.Contains("OpenConnectionAsync(", StringComparison.Ordinal);

    private static IEnumerable<string> Names(Type layer) => layer.Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name!);
}
