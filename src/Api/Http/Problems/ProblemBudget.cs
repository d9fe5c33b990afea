using System.Text.Json;
using Flownally.Api.Http.Json;

namespace Flownally.Api.Http.Problems;

/// <summary>Limits the bytes of JSON that the lists in a problem may have, so that a response stays short for any request.</summary>
internal sealed class ProblemBudget
{
    private int _left;

    private ProblemBudget(int bytes) => _left = bytes;

    /// <summary>Keeps an error response below 64 KiB.</summary>
    public static ProblemBudget ForResponse() => new(48 * 1024);

    /// <summary>The shared budget of a batch's items. When it is used up, items have only code and detail.</summary>
    public static ProblemBudget ForBatch() => new(256 * 1024);

    /// <returns>The first items that fit into the budget; null if none fits.</returns>
    public IReadOnlyList<T>? Take<T>(IReadOnlyList<T> items)
    {
        List<T> taken = [];
        foreach (var item in items)
        {
            _left -= JsonSerializer.SerializeToUtf8Bytes(item, ApiJson.Options).Length;
            if (_left < 0)
            {
                break;
            }

            taken.Add(item);
        }

        return taken.Count > 0 ? taken : null;
    }
}
