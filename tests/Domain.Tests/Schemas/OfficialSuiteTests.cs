using System.Text.Json;
using Flownally.Domain.Schemas;

namespace Flownally.Domain.Tests.Schemas;

/// <summary>The official JSON-Schema-Test-Suite, where it lies beside the repository: whatever is not refused is right.</summary>
public sealed class OfficialSuiteTests
{
    [TestCase("draft2020-12")]
    [TestCase("draft7")]
    public void Every_case_whose_schema_is_taken_is_right(string draft)
    {
        var folder = Path.Combine(Root().Parent!.FullName, "shared/data/json-schema-test-suite/tests", draft);
        if (!Directory.Exists(folder))
        {
            Assert.Ignore("The official suite does not lie beside the repository, so its cases are not run.");
        }

        List<string> wrong = [];
        var (right, refused) = (0, 0);
        foreach (var file in Directory.EnumerateFiles(folder, "*.json"))
        {
            using var groups = JsonDocument.Parse(File.ReadAllText(file), new JsonDocumentOptions { AllowDuplicateProperties = true });
            foreach (var group in groups.RootElement.EnumerateArray())
            {
                var tests = group.GetProperty("tests").EnumerateArray().ToList();
                var schema = PayloadSchema.Parse(group.GetProperty("schema"), payloadsAreObjects: false);
                if (!schema.IsSuccess)
                {
                    refused += tests.Count;
                    continue;
                }

                foreach (var test in tests)
                {
                    if (schema.Value.Validate(test.GetProperty("data")).Count == 0 == test.GetProperty("valid").GetBoolean())
                    {
                        right++;
                    }
                    else
                    {
                        wrong.Add($"{Path.GetFileName(file)}: {group.GetProperty("description")}: {test.GetProperty("description")}");
                    }
                }
            }
        }

        TestContext.Out.WriteLine($"{draft}: {right} right, {wrong.Count} wrong, {refused} of refused schemas");
        Assert.That(wrong, Is.Empty);
        Assert.That(right, Is.GreaterThan(250));
    }

    private static DirectoryInfo Root()
    {
        var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Flownally.sln")))
        {
            folder = folder.Parent!;
        }

        return folder;
    }
}
