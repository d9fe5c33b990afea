using System.Text.Json;
using Flownally.Api.Json;
using Flownally.Application.Journeys;

namespace Flownally.Api.Journeys;

internal sealed class WebhookBody : IWebhookBody
{
    public ReadOnlyMemory<byte> Write(JourneyEntered told) => JsonSerializer.SerializeToUtf8Bytes(told, ApiJson.Options);
}
