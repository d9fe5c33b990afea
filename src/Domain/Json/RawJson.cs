using System.Text;

namespace Flownally.Domain.Json;

/// <summary>JSON text that is written without changes: member order, numbers and escapes stay as they are.</summary>
public readonly struct RawJson(ReadOnlyMemory<byte> utf8)
{
    public ReadOnlyMemory<byte> Utf8 { get; } = utf8;

    public static RawJson FromText(string json) => new(Encoding.UTF8.GetBytes(json));

    public override string ToString() => Encoding.UTF8.GetString(Utf8.Span);
}
