using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;
using NSwag;
using NSwag.Generation;

namespace Flownally.Api.OpenApi;

/// <summary>The bytes of <c>/openapi/v1.json</c>. They are made once, by the first call, and are the same whatever host is asked for them.</summary>
internal sealed class ContractDocument(IOpenApiDocumentGenerator generator)
{
    private const string Name = "v1";

    private readonly Lock _turn = new();
    private Task<IResult>? _answer;

    public Task<IResult> AnswerAsync()
    {
        lock (_turn)
        {
            return _answer ??= MakeAsync();
        }
    }

    private async Task<IResult> MakeAsync()
    {
        var document = await generator.GenerateAsync(Name);
        document.Servers.Clear();
        document.Servers.Add(new OpenApiServer { Url = "/", Description = "This service" });
        var bytes = Encoding.UTF8.GetBytes(document.ToJson());
        return Results.Bytes(bytes, "application/json; charset=utf-8",
            entityTag: new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16))}\""));
    }
}
