using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Flownally.Api.Http.OpenApi;

/// <summary>
/// The bytes of <c>/openapi/v1.json</c>: those of <c>docs/openapi.json</c>, whatever host is asked for them. A test compares that file with
/// what <see cref="ContractGenerator"/> makes of the code.
/// </summary>
internal static class ContractDocument
{
    private const string Resource = "openapi.json";

    private static readonly Lazy<IResult> Whole = new(Read);

    public static IResult Answer => Whole.Value;

    private static IResult Read()
    {
        using var file = typeof(ContractDocument).Assembly.GetManifestResourceStream(Resource)!;
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return Results.Bytes(bytes, "application/json; charset=utf-8",
            entityTag: new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16))}\""));
    }
}
