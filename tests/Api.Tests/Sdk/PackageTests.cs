using System.IO.Compression;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Flownally.Api.Tests.CommandLine;
using Flownally.Client;

namespace Flownally.Api.Tests.Sdk;

/// <summary>The package as programs outside of the repository get it.</summary>
public sealed partial class PackageTests
{
    private static readonly string Project = Path.Combine(RunningService.Root.FullName, "sdk/csharp/Flownally.Client");

    /// <summary>What the packages of the repository were restored to; the program takes the others from there.</summary>
    private static readonly string Packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/packages");

    private DirectoryInfo _folder = null!;

    [OneTimeSetUp]
    public async Task Pack()
    {
        _folder = Directory.CreateTempSubdirectory("flownally-package-");
        await RunAsync("dotnet", "pack", Project, "--configuration", "Release", "--no-restore", "--output", _folder.FullName);
    }

    [OneTimeTearDown]
    public void Delete() => _folder.Delete(recursive: true);

    [Test]
    public async Task It_serves_both_frameworks_and_tells_of_itself()
    {
        await using var package = await ZipFile.OpenReadAsync(Packed("nupkg"));
        await using var symbols = await ZipFile.OpenReadAsync(Packed("snupkg"));
        await using var description = await package.GetEntry("Flownally.Client.nuspec")!.OpenAsync();
        var metadata = (await XDocument.LoadAsync(description, LoadOptions.None, CancellationToken.None)).Root!.Elements().First().Elements();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(package.Entries.Select(entry => entry.FullName), Is.SupersetOf(
                ["README.md", "lib/net8.0/Flownally.Client.dll", "lib/net10.0/Flownally.Client.dll", "lib/net8.0/Flownally.Client.xml"]));
            Assert.That(symbols.Entries.Select(entry => entry.FullName), Is.SupersetOf(
                ["lib/net8.0/Flownally.Client.pdb", "lib/net10.0/Flownally.Client.pdb"]));
            Assert.That(metadata.Single(element => element.Name.LocalName == "readme").Value, Is.EqualTo("README.md"));
            Assert.That(metadata.Single(element => element.Name.LocalName == "description").Value, Does.StartWith("Records customer events"));
        }
    }

    [Test]
    public void It_can_be_compiled_ahead_of_time() =>
        Assert.That(typeof(FlownallyClient).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Select(item => (item.Key, item.Value)),
            Is.SupersetOf([("IsTrimmable", "True"), ("IsAotCompatible", "True")]));

    [Test]
    public async Task The_snippets_of_its_README_compile_where_warnings_are_errors_and_run()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await Service.NewTypeAsync(workspace.Tenant, "order.paid");
        var key = await Service.NewKeyAsync(workspace.Tenant, Domain.ApiKeys.Role.Owner, Domain.ApiKeys.Scopes.All);
        var program = _folder.CreateSubdirectory("program");
        var snippets = Snippet().Matches(await File.ReadAllTextAsync(Path.Combine(Project, "README.md"))).Select(match => match.Groups[1].Value);
        await File.WriteAllTextAsync(Path.Combine(program.FullName, "Program.cs"), $$"""
            using System.Text.Json;
            using Flownally.Client;
            using Microsoft.AspNetCore.Mvc;

            var builder = WebApplication.CreateBuilder();
            var apiKey = args[0];
            var stopping = CancellationToken.None;
            {{string.Concat(snippets).Replace("http://127.0.0.1:5080", Service.Url.AbsoluteUri, StringComparison.Ordinal)}}
            static string? LoadCursor() => null;
            static void Handle(IReadOnlyList<Event> events) => Console.WriteLine(new ProblemDetails { Status = events.Count }.Status);
            static void SaveCursor(string cursor) => Environment.Exit(cursor.Length > 0 ? 0 : 1);
            """);
        await File.WriteAllTextAsync(Path.Combine(program.FullName, "program.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <AnalysisLevel>latest-recommended</AnalysisLevel>
                <RestoreAdditionalProjectSources>{_folder.FullName}</RestoreAdditionalProjectSources>
                <RestorePackagesPath>{_folder.FullName}/packages</RestorePackagesPath>
                <RestoreFallbackFolders>{Packages}</RestoreFallbackFolders>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Flownally.Client" Version="*" />
              </ItemGroup>
            </Project>
            """);
        await RunAsync("dotnet", "build", program.FullName);
        var output = await RunAsync("dotnet", Path.Combine(program.FullName, "bin/Debug/net10.0/program.dll"), key);
        Assert.That(output.Split('\n'), Is.SupersetOf(["It is recorded.", "journeyNotFound: There is no journey with this id."]));
    }

    private static async Task<string> RunAsync(params string[] words)
    {
        var (status, output) = await RunningService.ToolAsync(words);
        Assert.That(status, Is.Zero, output);
        return output;
    }

    private string Packed(string extension) => Directory.GetFiles(_folder.FullName, $"*.{extension}").Single();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Snippet();
}
