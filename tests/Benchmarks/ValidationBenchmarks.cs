using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Flownally.Domain.Schemas;
using NJsonSchema;

namespace Flownally.Benchmarks;

/// <summary>A payload of 280 bytes against a schema of everyday size: dotnet run -c Release --project tests/Benchmarks</summary>
[MemoryDiagnoser]
public class ValidationBenchmarks
{
    private const string Schema = """
        {
          "type": "object",
          "properties": {
            "orderId": { "type": "string", "pattern": "^[A-Z]-[0-9]+$" },
            "placedAt": { "type": "string", "format": "date-time" },
            "currency": { "enum": ["EUR", "USD", "GBP"] },
            "customer": {
              "type": "object",
              "properties": { "email": { "type": "string", "format": "email" }, "tier": { "type": "string", "maxLength": 20 } },
              "required": ["email"]
            },
            "lines": {
              "type": "array",
              "items": {
                "type": "object",
                "properties": { "sku": { "type": "string", "minLength": 1 }, "quantity": { "type": "integer", "minimum": 1 }, "price": { "type": "number", "minimum": 0 } },
                "required": ["sku", "quantity", "price"],
                "additionalProperties": false
              }
            }
          },
          "required": ["orderId", "placedAt", "lines"]
        }
        """;

    private const string Payload = """{"orderId":"A-1001","placedAt":"2026-01-31T09:30:00Z","currency":"EUR","customer":{"email":"someone@example.com","tier":"gold"},"lines":[{"sku":"BOOK-1","quantity":2,"price":12.50},{"sku":"PEN-7","quantity":10,"price":1.99},{"sku":"BAG-3","quantity":1,"price":84.99}],"note":"x"}""";

    private static readonly byte[] Utf8 = Encoding.UTF8.GetBytes(Payload);

    private readonly PayloadSchema _ours = PayloadSchema.Parse(JsonElement.Parse(Schema)).Value;
    private readonly PayloadSchema _changed = PayloadSchema.Parse(JsonElement.Parse(Schema.Replace("\"maxLength\": 20", "\"maxLength\": 30", StringComparison.Ordinal))).Value;
    private readonly JsonElement _parsed = JsonElement.Parse(Payload);
    private JsonSchema _theirs = null!;

    [GlobalSetup]
    public async Task Setup() => _theirs = await JsonSchema.FromJsonAsync(Schema);

    [Benchmark(Baseline = true)]
    public int NJsonSchema() => _theirs.Validate(Payload).Count;

    [Benchmark]
    public int Flownally()
    {
        using var document = JsonDocument.Parse(Utf8);
        return _ours.Validate(document.RootElement).Count;
    }

    [Benchmark]
    public int FlownallyParsed() => _ours.Validate(_parsed).Count;

    [Benchmark]
    public bool Proof() => _changed.ProveAccepts(_ours).IsCompatible;
}
