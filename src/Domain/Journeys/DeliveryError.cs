namespace Flownally.Domain.Journeys;

/// <summary>Why an attempt to tell a target failed.</summary>
public enum DeliveryError
{
    /// <summary>The host has no address, or its name server does not answer.</summary>
    Dns,

    /// <summary>No connection came about, or it was lost.</summary>
    Connection,

    /// <summary>TLS failed; most often the certificate is not trusted, or names another host.</summary>
    Tls,

    /// <summary>Connecting took longer than 5 seconds, or all together longer than 15.</summary>
    Timeout,

    /// <summary>An address of the host, or the port, is none that webhooks may reach. Nothing was connected to.</summary>
    NotPublic,

    /// <summary>What came back is not HTTP, or its headers are too long.</summary>
    BadAnswer,

    /// <summary>The answer has another status than 2xx.</summary>
    Status,
}
