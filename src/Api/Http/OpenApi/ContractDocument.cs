using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Flownally.Api.Http.OpenApi;

/// <summary>
/// The response of <c>/openapi/v1.json</c>: the bytes of <c>docs/openapi.json</c>, for any host. A test compares that file with the output
/// of <see cref="ContractGenerator"/>.
/// </summary>
internal static class ContractDocument
{
    private const string Resource = "openapi.json";

    private static readonly Lazy<IResult> Document = new(Read);

    public static IResult Response => Document.Value;

    private static IResult Read()
    {
        using var file = typeof(ContractDocument).Assembly.GetManifestResourceStream(Resource)!;
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return Results.Bytes(bytes, "application/json; charset=utf-8",
            entityTag: new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16))}\""));
    }
}
