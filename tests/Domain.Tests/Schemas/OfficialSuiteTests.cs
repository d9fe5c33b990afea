using System.Text.Json;
using Flownally.Domain.Schemas;

namespace Flownally.Domain.Tests.Schemas;

/// <summary>The official JSON-Schema-Test-Suite, where it lies beside the repository: whatever is not refused is right.</summary>
public sealed class OfficialSuiteTests
{
    [TestCase("draft2020-12", 0.10)]
    [TestCase("draft7", 0.07)]
    public void Every_case_whose_schema_is_taken_is_right(string draft, double mostRefused)
    {
        var folder = Path.Combine(Programs.Root, "../shared/data/json-schema-test-suite/tests", draft);
        if (!Directory.Exists(folder))
        {
            Assert.Ignore("The official suite does not lie beside the repository, so its cases are not run.");
        }

        List<string> wrong = [];
        List<string> reasons = [];
        var dialect = draft == "draft7" ? Dialect.Draft7 : Dialect.Draft202012;
        var (right, refused, annotations) = (0, 0, 0);
        foreach (var file in Directory.EnumerateFiles(folder, "*.json"))
        {
            using var groups = JsonDocument.Parse(File.ReadAllText(file), new JsonDocumentOptions { AllowDuplicateProperties = true });
            foreach (var group in groups.RootElement.EnumerateArray())
            {
                var tests = group.GetProperty("tests").EnumerateArray().ToList();
                var schema = PayloadSchema.Compile(group.GetProperty("schema"), dialect, payloadsAreObjects: false);
                if (!schema.IsSuccess)
                {
                    refused += tests.Count;
                    reasons.Add($"{Path.GetFileName(file)}: {group.GetProperty("description")}: {schema.Error!.Violations[0].Field} {schema.Error.Violations[0].Code}");
                    continue;
                }

                foreach (var test in tests)
                {
                    if (schema.Value.Validate(test.GetProperty("data")).Count == 0 == test.GetProperty("valid").GetBoolean())
                    {
                        right++;
                    }
                    else if (draft == "draft2020-12" && Path.GetFileName(file) == "format.json")
                    {
                        annotations++; // people who write a format mean it: the one deviation from the standard
                    }
                    else
                    {
                        wrong.Add($"{Path.GetFileName(file)}: {group.GetProperty("description")}: {test.GetProperty("description")}");
                    }
                }
            }
        }

        TestContext.Out.WriteLine($"{draft}: {right} right, {wrong.Count} wrong, {refused} of refused schemas:\n{string.Join('\n', reasons)}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(wrong, Is.Empty);
            Assert.That(annotations, Is.EqualTo(draft == "draft7" ? 0 : Formats.Asserted.Count));
            Assert.That((double)refused / (right + refused), Is.LessThanOrEqualTo(mostRefused));
        }
    }
}
