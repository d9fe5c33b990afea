using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Flownally.Api.Tests.CommandLine;
using Flownally.Client;

namespace Flownally.Api.Tests.Sdk;

public sealed class PathTests
{
    /// <summary>A required string that stands in a body.</summary>
    private const string TypeName = "eventTypeName";

    /// <summary>Every required string of every method: all are ids, and stand in a path.</summary>
    private static readonly IReadOnlyList<Id> Ids =
    [
        .. from method in typeof(FlownallyClient).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
           from parameter in method.GetParameters()
           where parameter.ParameterType == typeof(string) && !parameter.IsOptional && parameter.Name != TypeName
           select new Id(method.IsGenericMethod ? method.MakeGenericMethod(typeof(int)) : method, parameter),
    ];

    [Test]
    public void What_a_path_would_fold_is_refused_by_every_method_before_any_call(
        [ValueSource(nameof(Ids))] object id, [Values("", ".", "..")] string value)
    {
        var (method, refused) = (Id)id;
        var client = Clients.Of(new Answers());
        object? Argument(ParameterInfo parameter) => parameter switch
        {
            _ when parameter.Name == refused.Name => value,
            { IsOptional: true } => parameter.DefaultValue,
            { ParameterType: var type } when type == typeof(string) => "x",
            { ParameterType: var type } when type == typeof(JsonTypeInfo<int>) => JsonSerializerOptions.Default.GetTypeInfo(typeof(int)),
            { ParameterType: var type } => Activator.CreateInstance(type),
        };

        var refusal = Assert.Catch<ArgumentException>(() =>
            method.Invoke(client, BindingFlags.DoNotWrapExceptions, null, [.. method.GetParameters().Select(Argument)], null));
        Assert.That(refusal!.ParamName, Is.EqualTo(refused.Name));
    }

    [Test]
    public async Task Every_path_parameter_of_the_contract_is_among_them()
    {
        var file = Path.Combine(RunningService.Root.FullName, "docs/openapi.json");
        using var contract = JsonDocument.Parse(await File.ReadAllBytesAsync(file));
        var parameters =
            from path in contract.RootElement.GetProperty("paths").EnumerateObject()
            from operation in path.Value.EnumerateObject()
            from parameter in operation.Value.TryGetProperty("parameters", out var all) ? all.EnumerateArray() : default
            where parameter.GetProperty("in").GetString() == "path"
            let name = operation.Value.GetProperty("operationId").GetString()!
            select $"{char.ToUpperInvariant(name[0])}{name[1..]}Async({parameter.GetProperty("name").GetString()})";
        Assert.That(parameters.ToList(), Is.Not.Empty.And.SubsetOf(Ids.Select(id => id.ToString())));
    }

    [TestCase("https://example.com/flownally/")]
    [TestCase("https://example.com/flownally")]
    public async Task The_path_of_the_base_address_is_kept(string address)
    {
        var network = Answers.Json(Answers.Event);
        await Clients.Of(network, new Uri(address)).GetEventAsync("evt_1");
        Assert.That(network.Calls.Single().Address.AbsoluteUri, Is.EqualTo("https://example.com/flownally/v1/events/evt_1"));
    }

    [TestCase("a/../b", "a%2F..%2Fb")]
    [TestCase("%2e%2e", "%252e%252e")]
    [TestCase("{id}?#", "%7Bid%7D%3F%23")]
    [TestCase("...", "...")]
    public async Task An_id_stays_one_part_of_the_path(string id, string part)
    {
        var network = Answers.Json(Answers.Event);
        await Clients.Of(network).GetEventAsync(id);
        Assert.That(network.Calls.Single().Address.AbsoluteUri, Is.EqualTo($"https://events.example.com/v1/events/{part}"));
    }

    [TestCase("events.example.com")]
    [TestCase("ftp://events.example.com")]
    public void An_address_that_is_none_of_HTTP_is_refused(string address) =>
        Assert.Throws<ArgumentException>(() => FlownallyClient.Create(new Uri(address, UriKind.RelativeOrAbsolute), "fln_live_key"));

    [TestCase("")]
    [TestCase("fln_live_key\n")]
    public void A_key_that_no_header_can_carry_is_refused(string key) =>
        Assert.Throws<ArgumentException>(() => FlownallyClient.Create(new Uri("https://events.example.com"), key));

    [Test]
    public void A_client_without_an_address_is_refused() => Assert.Throws<ArgumentException>(() => new FlownallyClient(new HttpClient()));

    private sealed record Id(MethodInfo Method, ParameterInfo Parameter)
    {
        public override string ToString() => $"{Method.Name}({Parameter.Name})";
    }
}
