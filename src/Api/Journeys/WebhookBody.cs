using System.Text.Json;
using Flownally.Api.Http.Json;
using Flownally.Application.Journeys.Delivery;

namespace Flownally.Api.Journeys;

internal sealed class WebhookBody : IWebhookBody
{
    public ReadOnlyMemory<byte> Write(JourneyEntered message) => JsonSerializer.SerializeToUtf8Bytes(message, ApiJson.Options);
}
