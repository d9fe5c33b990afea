using System.Globalization;
using System.Text.Json;

namespace Flownally.Domain.Json;

/// <summary>Finds duplicate member names. The JSON parser refuses them, but does not report where they are.</summary>
public static class JsonDuplicates
{
    /// <returns>RFC 6901 pointers to the first <see cref="Error.MaxViolations"/> duplicates, each cut to the length of a field.</returns>
    public static IReadOnlyList<string> Find(JsonElement json)
    {
        List<string> found = [];
        if (CanContainMembers(json))
        {
            Find(json, "", found);
        }

        return [.. found.Distinct()];
    }

    private static void Find(JsonElement json, string place, List<string> found)
    {
        if (json.ValueKind == JsonValueKind.Object)
        {
            HashSet<string> names = [];
            foreach (var member in json.EnumerateObject().TakeWhile(_ => found.Count < Error.MaxViolations))
            {
                if (!names.Add(member.Name))
                {
                    found.Add(Below(place, member.Name));
                }

                if (CanContainMembers(member.Value))
                {
                    Find(member.Value, Below(place, member.Name), found);
                }
            }
        }
        else
        {
            foreach (var (index, element) in json.EnumerateArray().Index().Where(item => CanContainMembers(item.Item)))
            {
                Find(element, Below(place, index.ToString(CultureInfo.InvariantCulture)), found);
            }
        }
    }

    private static bool CanContainMembers(JsonElement json) => json.ValueKind is JsonValueKind.Object or JsonValueKind.Array;

    private static string Below(string place, string name) =>
        FieldViolation.Cut($"{place}/{JsonPointer.Escape(name)}", FieldViolation.MaxFieldLength);
}
