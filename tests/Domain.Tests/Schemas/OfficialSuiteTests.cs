using System.Text.Json;
using Flownally.Domain.Schemas;

namespace Flownally.Domain.Tests.Schemas;

/// <summary>The official JSON-Schema-Test-Suite, where it lies beside the repository: whatever is not refused is right.</summary>
public sealed class OfficialSuiteTests
{
    /// <summary>The cases of draft-04 that npm serves, of 2015. It serves none of draft-06 and 2019-09.</summary>
    private const string Draft4Package = "json-schema-test-suite@0.0.10";

    /// <summary>A case of it that later editions of the suite say the opposite of: such a text is a reference (RFC 3986 §4.2).</summary>
    private const string Overtaken = "a valid protocol-relative URI";

    [TestCase("draft2020-12", 0.10)]
    [TestCase("draft7", 0.07)]
    public void Every_case_whose_schema_is_taken_is_right(string draft, double mostRefused)
    {
        var folder = Path.Combine(Programs.Root, "../shared/data/json-schema-test-suite/tests", draft);
        if (!Directory.Exists(folder))
        {
            Assert.Ignore("The official suite does not lie beside the repository, so its cases are not run.");
        }

        AssertRight(folder, draft == "draft7" ? Dialect.Draft7 : Dialect.Draft202012, mostRefused, annotations: draft == "draft7" ? 0 : Formats.Asserted.Count);
    }

    [Test]
    public async Task Every_case_of_draft_04_whose_schema_is_taken_is_right()
    {
        if (!Programs.Has("npm"))
        {
            Assert.Ignore("The official suite of draft-04 needs npm, which comes with Node.js.");
        }

        var packages = Path.Combine(Programs.Root, "artifacts/json-schema-test-suite");
        await Programs.RunAsync("npm", ["install", "--prefix", packages, "--no-save", "--no-audit", "--no-fund", "--silent", Draft4Package], packages, []);
        var folder = Path.Combine(packages, "node_modules/json-schema-test-suite/tests/draft4");
        AssertRight(folder, Dialect.Draft4, mostRefused: 0.07, annotations: 0);
        AssertRight(Path.Combine(folder, "optional"), Dialect.Draft4, mostRefused: 0.10, annotations: 0);
    }

    /// <param name="annotations">The cases that take a format for a remark: people who write one mean it, the one deviation from the standard.</param>
    private static void AssertRight(string folder, Dialect dialect, double mostRefused, int annotations)
    {
        List<string> wrong = [];
        List<string> reasons = [];
        var (right, refused, remarks) = (0, 0, 0);
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

                foreach (var test in tests.Where(test => test.GetProperty("description").GetString() != Overtaken))
                {
                    if (schema.Value.Validate(test.GetProperty("data")).Count == 0 == test.GetProperty("valid").GetBoolean())
                    {
                        right++;
                    }
                    else if (annotations > 0 && Path.GetFileName(file) == "format.json")
                    {
                        remarks++;
                    }
                    else
                    {
                        wrong.Add($"{Path.GetFileName(file)}: {group.GetProperty("description")}: {test.GetProperty("description")}");
                    }
                }
            }
        }

        TestContext.Out.WriteLine($"{folder}: {right} right, {wrong.Count} wrong, {refused} of refused schemas:\n{string.Join('\n', reasons)}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(wrong, Is.Empty);
            Assert.That(remarks, Is.EqualTo(annotations));
            Assert.That((double)refused / (right + refused), Is.LessThanOrEqualTo(mostRefused));
        }
    }
}
