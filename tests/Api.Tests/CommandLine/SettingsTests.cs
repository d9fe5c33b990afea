using System.Text;
using Flownally.Api.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Flownally.Api.Tests.CommandLine;

/// <summary>The configuration of the service and of all commands.</summary>
public sealed class SettingsTests
{
    private const string NamesServer = """{"ConnectionStrings":{"Flownally":"Host=127.0.0.1;Port=1;Username=a;Database=a"}}""";

    private const string Skew = "a time from 00:00:01 to 1.00:00:00, such as 00:05:00";
    private const string Networks = "networks, separated by commas, such as 10.1.0.0/16,fd12:3456::/32";
    private const string Ports = "ports from 1 to 65535, separated by commas, such as 80,443,8443";
    private const string Address = "an address of this machine (an IP address, localhost, * or [::]), such as http://127.0.0.1:9464";
    private const string Hosts =
        "host names in ASCII, separated by semicolons, without scheme, port or path, such as events.example.com;*.example.org";

    private const string Collector = "an address of http or https, such as http://collector:4317";
    private const string Collectors =
        "OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

    private const string Share = "a time from 00:00:00.001 to 00:01:00, such as 00:00:00.050";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flownally-settings-");

    [OneTimeTearDown]
    public void CleanUp() => _folder.Delete(recursive: true);

    [TestCase("Contacts:UnknownContact", "Rejct", "Contacts__UnknownContact is 'Rejct'; it must be Accept or Reject.")]
    [TestCase("Contacts:UnknownContact", "1", "Contacts__UnknownContact is '1'; it must be Accept or Reject.")]
    [TestCase("Contacts:UnknownContact", "", "Contacts__UnknownContact is ''; it must be Accept or Reject.")]
    [TestCase("Contacts:UnknownContacts", "Reject", "Contacts__UnknownContacts is not a setting; there is only Contacts__UnknownContact.")]
    [TestCase("Recording:MaxWaiting", "1", "Recording__MaxWaiting is '1'; it must be a whole number from 2 to 1000000.")]
    [TestCase("Recording:MaxWaiting", "1000001", "Recording__MaxWaiting is '1000001'; it must be a whole number from 2 to 1000000.")]
    [TestCase("Recording:MaxWaiting", "99999999999",
        "Recording__MaxWaiting is '99999999999'; it must be a whole number from 2 to 1000000.")]
    [TestCase("Recording:GroupCommit", "false", "Recording__GroupCommit is not a setting; there is only Recording__MaxWaiting.")]
    [TestCase("Database:MaxClockSkew", "5", "Database__MaxClockSkew is '5'; it must be " + Skew + ".")]
    [TestCase("Database:MaxClockSkew", "00:00:00", "Database__MaxClockSkew is '00:00:00'; it must be " + Skew + ".")]
    [TestCase("Database:MaxClockSkew", "5m", "Database__MaxClockSkew is '5m'; it must be " + Skew + ".")]
    [TestCase("Retention:Months", "0", "Retention__Months is '0'; it must be a whole number of months, at least 1.")]
    [TestCase("Retention:Months", "1.5", "Retention__Months is '1.5'; it must be a whole number of months, at least 1.")]
    [TestCase("Journeys:AllowPrivateTargets", "1", "Journeys__AllowPrivateTargets is '1'; it must be true or false.")]
    [TestCase("Journeys:AllowedPorts", "80;443", "Journeys__AllowedPorts is '80;443'; it must be " + Ports + ".")]
    [TestCase("Journeys:AllowedNetworks:0", "10.0.0.0/33",
        "Journeys__AllowedNetworks is '10.0.0.0/33'; it must be " + Networks + ".")]
    [TestCase("Journeys:AllowedPort", "80",
        "Journeys__AllowedPort is not a setting; known are Journeys__AllowPrivateTargets, Journeys__AllowedNetworks, Journeys__AllowedPorts, Journeys__Share.")]
    [TestCase("Journeys:Share:Entries", "0", "Journeys__Share__Entries is '0'; it must be a whole number from 1 to 1000000.")]
    [TestCase("Journeys:Share:Time", "00:02:00", "Journeys__Share__Time is '00:02:00'; it must be " + Share + ".")]
    [TestCase("Metrics:Url", "http://127.0.0.1:99999", "Metrics__Url is 'http://127.0.0.1:99999'; it must be " + Address + ".")]
    [TestCase("Metrics:Url", "http://locahost:9464", "Metrics__Url is 'http://locahost:9464'; it must be " + Address + ".")]
    [TestCase("Metrics:Url", "https://127.0.0.1:9464", "Metrics__Url is 'https://127.0.0.1:9464'; it must be " + Address + ".")]
    [TestCase("Limits:Streams", "0", "Limits__Streams is '0'; it must be a whole number from 1 to 1000000, none, or default.")]
    public void A_wrong_one_is_told_by_its_name_its_value_and_what_is_allowed(string name, string value, string sentence) =>
        Assert.That(() => Check((name, value)), Throws.TypeOf<OptionsValidationException>().With.Message.EqualTo(sentence));

    [TestCase("Contacts:UnknownContact", "reject")]
    [TestCase("Recording:MaxWaiting", "2")]
    [TestCase("Recording:MaxWaiting", "1000000")]
    [TestCase("Database:MaxClockSkew", "00:00:01")]
    [TestCase("Database:MaxClockSkew", "1.00:00:00")]
    [TestCase("Retention:Months", "1")]
    [TestCase("Journeys:AllowPrivateTargets", "True")]
    [TestCase("Journeys:Share:Time", "00:00:00.001")]
    [TestCase("Metrics:Url", "http://[::]:65535/")]
    [TestCase("Metrics:Url", "")]
    public void A_right_one_is_taken(string name, string value) => Assert.That(() => Check((name, value)), Throws.Nothing);

    [Test]
    public void All_wrong_ones_are_told_at_once() => Assert.That(
        () => Check(("Recording:MaxWaiting", "0"), ("Recording:MostWaiting", "1"), ("Retention:Months", "0")),
        Throws.TypeOf<AggregateException>().With.Property(nameof(AggregateException.InnerExceptions)).Count.EqualTo(2));

    [TestCase("serve --port 0")]
    [TestCase("tenants list")]
    [TestCase("migrate")]
    public async Task No_command_starts_with_a_wrong_one(string command)
    {
        var data = Path.Combine(_folder.FullName, Path.GetRandomFileName());
        var said = await RunningService.SaidAsync([.. command.Split(' '), "--data", data],
            ("Contacts__UnknownContact", "Rejct"), ("Retention__Months", "-1"), ("Logging__LogLevel__Default", "Information"));
        Assert.That(said, Is.EqualTo((2, "", """
            Contacts__UnknownContact is 'Rejct'; it must be Accept or Reject.
            Retention__Months is '-1'; it must be a whole number of months, at least 1.
            """)));
        Assert.That(Directory.Exists(data), Is.False, "No database is made.");
    }

    [Test]
    public async Task A_log_level_that_does_not_exist_is_told() => Assert.That(
        await RunningService.SaidAsync(["serve"], ("Logging__LogLevel__Default", "Loud")), Is.EqualTo((2, "",
            "Logging__LogLevel__Default is 'Loud'; it must be Trace or Debug or Information or Warning or Error or Critical or None.")));

    [TestCase("""{"Contacts":"Reject"}""", "Contacts must be a section of settings, not a value.")]
    [TestCase("""{"Limits":5}""", "Limits must be a section of settings, not a value.")]
    [TestCase("""{"Journeys":{"Share":5}}""", "Journeys__Share must be a section of settings, not a value.")]
    [TestCase("""{"Logging":{"LogLevel":"Debug"}}""", "Logging__LogLevel must be a section of settings, not a value.")]
    [TestCase("""{"ConnectionStrings":"Host=a;Password=hidden"}""", "ConnectionStrings must be a section of settings, not a value.")]
    [TestCase("""{"ConnectionStrings":{"Flownaly":"Host=a;Password=hidden"}}""", "ConnectionStrings__Flownaly is not a setting; "
        + "known are ConnectionStrings__Flownally, ConnectionStrings__FlownallyOwner.")]
    [TestCase("""{"AllowedHosts":"https://events.example.com"}""", "AllowedHosts is 'https://events.example.com'; it must be " + Hosts + ".")]
    [TestCase("""{"AllowedHosts":"a.example;events.example.com:8080"}""",
        "AllowedHosts is 'a.example;events.example.com:8080'; it must be " + Hosts + ".")]
    [TestCase("""{"AllowedHosts":"events.example.com/v1"}""", "AllowedHosts is 'events.example.com/v1'; it must be " + Hosts + ".")]
    [TestCase("""{"AllowedHosts":"::1"}""", "AllowedHosts is '::1'; it must be " + Hosts + ".", Description = "no brackets")]
    [TestCase("""{"AllowedHosts":"münchen.example"}""", "AllowedHosts is 'münchen.example'; it must be " + Hosts + ".")]
    [TestCase("""{"AllowedHosts":";"}""", "AllowedHosts is ';'; it must be " + Hosts + ".", Description = "any host would do")]
    [TestCase("""{"AllowedHosts":["events.example.com"]}""", "AllowedHosts must be one value: " + Hosts + ".")]
    [TestCase("""{"OTEL_EXPORTER_OTLP_ENDPOINT":"foo"}""", "OTEL_EXPORTER_OTLP_ENDPOINT is 'foo'; it must be " + Collector + ".")]
    [TestCase("""{"OTEL_EXPORTER_OTLP_ENDPOINT":"localhost:4317"}""",
        "OTEL_EXPORTER_OTLP_ENDPOINT is 'localhost:4317'; it must be " + Collector + ".")]
    [TestCase("""{"Kestrel":{"Endpoints":{"Http":{"Url":"http://locahost:8080"}}}}""",
        "Kestrel__Endpoints__Http__Url is 'http://locahost:8080'; it must be an address of this machine (an IP address, localhost, * or [::]), such as http://0.0.0.0:8080.")]
    [TestCase("""{"OTEL_EXPORTER_OTLP_ENDPONT":"http://x"}""", "OTEL_EXPORTER_OTLP_ENDPONT is not a setting; OTEL_EXPORTER_OTLP_ENDPOINT is.")]
    [TestCase("""{"OTEL_EXPORTER_OTLP_PROTOCOL":"foo"}""", "OTEL_EXPORTER_OTLP_PROTOCOL is 'foo'; it must be grpc or http/protobuf.")]
    [TestCase("""{"Kestrel":{"Endpoint":{"Http":{"Url":"http://*:1"}}}}""",
        "Kestrel__Endpoint is not a setting; known are Certificates, EndpointDefaults, Endpoints.")]
    [TestCase("""{"Logging":{"Console":{"FormatterOptions":{"SingleLine":"ja"}}}}""",
        "Logging__Console__FormatterOptions__SingleLine is 'ja'; it must be true or false.")]
    [TestCase("""{"Logging":{"LogLevels":{"Default":"Debug"}}}""", "Logging__LogLevels is not a setting; known are Console, LogLevel.")]
    [TestCase("""{"Contact":{"UnknownContact":"Reject"}}""", "Contact is not a setting; Contacts is.")]
    [TestCase("""{"ConnectionString":{"Flownally":"Host=a;Password=hidden"}}""", "ConnectionString is not a setting; ConnectionStrings is.")]
    [TestCase("""{"AllowedHost":"events.example.com"}""", "AllowedHost is not a setting; AllowedHosts is.")]
    [TestCase("""{"Flownally":{"Contacts":{"UnknownContact":"Reject"}}}""", "Flownally is not a setting; known are ConnectionStrings, Contacts, "
        + "Recording, Database, Retention, Journeys, Metrics, Traces, Limits, Logging, AllowedHosts, Kestrel, " + Collectors + ".")]
    public void One_that_would_be_ignored_is_told(string file, string sentence) =>
        Assert.That(() => OtherSettings.Check(Read(file)), Throws.TypeOf<OptionsValidationException>().With.Message.EqualTo(sentence));

    [TestCase("""{"Contacts":{},"Logging":{"LogLevel":{"Default":"debug"}}}""")]
    [TestCase("""{"ConnectionStrings":{"flownally":"Host=a","FlownallyOwner":"Host=a"}}""")]
    [TestCase("""{"AllowedHosts":"localhost;127.0.0.1;[::1];*.example.org; events.example.com "}""")]
    [TestCase("""{"AllowedHosts":"*"}""")]
    [TestCase("""{"AllowedHosts":""}""")]
    [TestCase("""{"OTEL_EXPORTER_OTLP_ENDPOINT":"http://collector:4317"}""")]
    [TestCase("""{"OTEL_EXPORTER_OTLP_ENDPOINT":""}""")]
    [TestCase("""{"OTEL_SERVICE_NAME":"events","$schema":"https://json.schemastore.org/appsettings.json"}""")]
    [TestCase("""{"Kestrel":{"Endpoints":{"Http":{"Url":"https://*:8443"}}}}""")]
    [TestCase("""{"Kestrel":{"Certificates":{"Default":{"Path":"a.pfx"}}}}""")]
    public void One_that_is_read_is_taken(string file) => Assert.That(() => OtherSettings.Check(Read(file)), Throws.Nothing);

    [Test]
    public async Task A_section_that_is_a_value_is_told_unless_it_may_be_a_variable_of_another_program()
    {
        var folder = _folder.CreateSubdirectory(Path.GetRandomFileName());
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "appsettings.json"), """{"Limits":5}""");
        Assert.That(await RunInAsync(folder, "tenants list", ("DATABASE", "other")),
            Is.EqualTo((2, "Limits must be a section of settings, not a value.")));
    }

    [TestCase("Contacts", "Reject", "Contacts must be a section of settings, not a value.")]
    [TestCase("Contacts_UnknownContact", "Reject",
        "Contacts_UnknownContact is not a setting; two underscores stand between the parts of a name: Contacts__UnknownContact.")]
    [TestCase("OTEL_EXPORTER_OTLP_ENDPONT", "http://a", "OTEL_EXPORTER_OTLP_ENDPONT is not a setting; OTEL_EXPORTER_OTLP_ENDPOINT is.")]
    [TestCase("Logging__Console__FormatterName", "jsn",
        "Logging__Console__FormatterName is 'jsn'; it must be simple or json or systemd.")]
    [TestCase("Contact__UnknownContact", "Reject", "Contact is not a setting; Contacts is.")]
    [TestCase("ConnectionString__Flownally", "Host=a", "ConnectionString is not a setting; ConnectionStrings is.")]
    [TestCase("LIMIT__STREAMS", "5", "LIMIT is not a setting; Limits is.")]
    [TestCase("AllowedHost", "a.example", "AllowedHost is not a setting; AllowedHosts is.")]
    [TestCase("FLOWNALLY__CONTACTS__UNKNOWNCONTACT", "Reject", "FLOWNALLY is not a setting; known are ")]
    public async Task A_variable_that_is_misspelt_is_told(string name, string value, string sentence)
    {
        var (status, output, errors) = await RunningService.SaidAsync(["tenants", "list"], (name, value));
        Assert.That((status, output), Is.EqualTo((2, "")));
        Assert.That(errors, Does.StartWith(sentence));
    }

    [TestCase("CONTACT", "Reject")]
    [TestCase("DATA__HOME", "a")]
    [TestCase("CONTACTS_URL", "a")]
    [TestCase("ALLOWED_HOSTS", "a")]
    [TestCase("OTEL_EXPORTER_OTLP_HEADERS", "a")]
    [TestCase("AIRFLOW__CORE__FERNET_KEY", "a")]
    public async Task A_variable_of_another_program_is_none_of_ours(string name, string value) => Assert.That(
        (await RunningService.SaidAsync(["tenants", "list", "--data", "nowhere"], (name, value))).Item3, Does.Not.Contain(name));

    /// <summary>A command that took no notice of the file would look for an embedded database.</summary>
    [TestCase("tenants list")]
    [TestCase("serve --port 0 --quickstart")]
    public async Task Commands_and_the_service_read_the_file_in_the_current_folder(string command)
    {
        var folder = _folder.CreateSubdirectory(Path.GetRandomFileName());
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "appsettings.json"), NamesServer);
        Assert.That(await RunInAsync(folder, command), Is.EqualTo((1, "No server accepts connections at the database's address.")));
    }

    [Test]
    public async Task The_environment_wins_over_the_file()
    {
        var folder = _folder.CreateSubdirectory(Path.GetRandomFileName());
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "appsettings.json"), NamesServer);
        var (status, _) = await RunInAsync(folder, "tenants list --json", ("ConnectionStrings__Flownally", Service.ConnectionString));
        Assert.That(status, Is.Zero);
    }

    [Test]
    public async Task A_file_that_is_not_JSON_is_told_in_a_sentence()
    {
        var folder = _folder.CreateSubdirectory(Path.GetRandomFileName());
        var file = Path.Combine(folder.FullName, "appsettings.json");
        await File.WriteAllTextAsync(file, "{");
        var (status, output) = await RunInAsync(folder, "tenants list");
        Assert.That(status, Is.EqualTo(2));
        Assert.That(output, Does.Contain(file).And.Not.Contain("\n"));
    }

    private static IConfigurationRoot Read(string file) =>
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(file))).Build();

    private static void Check(params (string Name, string Value)[] settings)
    {
        var pairs = settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(pairs).Build();
        using var services = new ServiceCollection().AddSettings(configuration).BuildServiceProvider();
        services.GetRequiredService<IStartupValidator>().Validate();
    }

    /// <summary>With what it says on standard error in its output.</summary>
    private static Task<(int Status, string Output)> RunInAsync(
        DirectoryInfo folder, string command, params (string Name, string Value)[] settings) => RunningService.ToolAsync(
        ["/bin/sh", "-c", $"cd \"$1\" && exec \"$0\" {command} --data nowhere 2>&1", RunningService.Program, folder.FullName], settings);
}
