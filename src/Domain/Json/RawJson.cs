using System.Text;

namespace Flownally.Domain.Json;

/// <summary>A JSON text that is passed on as it is: member order, numbers and escapes untouched.</summary>
public readonly struct RawJson(ReadOnlyMemory<byte> utf8)
{
    public ReadOnlyMemory<byte> Utf8 { get; } = utf8;

    public static RawJson FromText(string json) => new(Encoding.UTF8.GetBytes(json));

    public override string ToString() => Encoding.UTF8.GetString(Utf8.Span);
}
