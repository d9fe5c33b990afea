namespace Flownally.Domain.Journeys;

/// <summary>The reason why an attempt to deliver a webhook failed.</summary>
public enum DeliveryError
{
    /// <summary>The host name has no address, or its name server does not answer.</summary>
    Dns,

    /// <summary>The connection failed or was lost.</summary>
    Connection,

    /// <summary>TLS failed; usually the certificate is not trusted or names another host.</summary>
    Tls,

    /// <summary>The connection took longer than 5 seconds, or the whole attempt longer than 15 seconds.</summary>
    Timeout,

    /// <summary>The operator does not allow webhooks to an address or port of the target. No connection was made.</summary>
    NotPublic,

    /// <summary>The response is not HTTP, or its headers are too long.</summary>
    BadAnswer,

    /// <summary>The response has a status other than 2xx.</summary>
    Status,
}
