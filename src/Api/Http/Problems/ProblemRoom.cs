using System.Text.Json;
using Flownally.Api.Http.Json;

namespace Flownally.Api.Http.Problems;

/// <summary>How many bytes of JSON the faults of an answer may take, so that it stays short whatever was sent.</summary>
internal sealed class ProblemRoom
{
    private int _left;

    private ProblemRoom(int bytes) => _left = bytes;

    /// <summary>A refusal stays under 64 KiB.</summary>
    public static ProblemRoom OfAnswer() => new(48 * 1024);

    /// <summary>The items of a batch share it; where it is used up they tell their code and detail.</summary>
    public static ProblemRoom OfBatch() => new(256 * 1024);

    /// <returns>As many of the items as there is room for; null for none.</returns>
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
