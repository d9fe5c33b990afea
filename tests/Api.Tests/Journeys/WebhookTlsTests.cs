using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Flownally.Application.Journeys.Delivery;
using Flownally.Domain.Journeys;

namespace Flownally.Api.Tests.Journeys;

public sealed class WebhookTlsTests
{
    private static readonly WebhookOutcome TlsFailed = Webhooks.Failed(DeliveryError.Tls);

    [TestCase("receiver.test", 1, true)]
    [TestCase("another.test", 1, false)]
    [TestCase("receiver.test", -1, false, Description = "expired")]
    public async Task A_certificate_must_be_trusted_in_force_and_of_the_host(string name, int daysLeft, bool accepted)
    {
        using var authority = new Authority();
        using var certificate = authority.Issue(name, daysLeft);
        await using var receiver = await Receiver.StartAsync(certificate: certificate);
        using var sender = Webhooks.NewSender(resolve: Webhooks.Resolving("127.0.0.1"), with: handler => Trust(handler.SslOptions, authority.Certificate));
        var outcome = await sender.SendAsync(Webhooks.To(receiver.Url("receiver.test", "https")), CancellationToken.None);
        Assert.That(outcome, Is.EqualTo(accepted ? new WebhookOutcome.Delivered(200) : TlsFailed));
        Assert.That(receiver.Deliveries, Has.Count.EqualTo(accepted ? 1 : 0));
    }

    [Test]
    public async Task A_certificate_of_an_unknown_authority_is_refused()
    {
        using var authority = new Authority();
        using var certificate = authority.Issue("receiver.test", 1);
        await using var receiver = await Receiver.StartAsync(certificate: certificate);
        using var sender = Webhooks.NewSender(resolve: Webhooks.Resolving("127.0.0.1"));
        Assert.That(await sender.SendAsync(Webhooks.To(receiver.Url("receiver.test", "https")), CancellationToken.None), Is.EqualTo(TlsFailed));
        Assert.That(receiver.Deliveries, Is.Empty);
    }

    [Test]
    public async Task A_host_that_does_not_speak_TLS_is_refused()
    {
        await using var receiver = await Receiver.StartAsync();
        using var sender = Webhooks.NewSender();
        Assert.That(await sender.SendAsync(Webhooks.To(receiver.Url(scheme: "https")), CancellationToken.None), Is.EqualTo(TlsFailed));
    }

    /// <summary>The URL in a certificate where its issuer's is found would be called without any check.</summary>
    [Test]
    public async Task A_certificate_cannot_make_the_sender_call_elsewhere()
    {
        await using var elsewhere = await Receiver.StartAsync();
        using var authority = new Authority();
        using var certificate = authority.Issue("receiver.test", 1, issuerAt: elsewhere.Url());
        await using var receiver = await Receiver.StartAsync(certificate: certificate);
        using var sender = Webhooks.NewSender(resolve: Webhooks.Resolving("127.0.0.1"));
        Assert.That(await sender.SendAsync(Webhooks.To(receiver.Url("receiver.test", "https")), CancellationToken.None), Is.EqualTo(TlsFailed));
        Assert.That(elsewhere.Connections, Is.Zero);
    }

    private static void Trust(SslClientAuthenticationOptions tls, X509Certificate2 root)
    {
        tls.CertificateChainPolicy!.TrustMode = X509ChainTrustMode.CustomRootTrust;
        tls.CertificateChainPolicy.CustomTrustStore.Add(root);
    }

    /// <summary>A certificate authority that nobody knows.</summary>
    private sealed class Authority : IDisposable
    {
        private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

        public Authority()
        {
            var request = new CertificateRequest("CN=Authority", ECDsa.Create(ECCurve.NamedCurves.nistP256), HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            Certificate = request.CreateSelfSigned(Now.AddDays(-10), Now.AddDays(10));
        }

        public X509Certificate2 Certificate { get; }

        public X509Certificate2 Issue(string host, int daysLeft, Uri? issuerAt = null)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(host);
            var request = new CertificateRequest("CN=Receiver", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(names.Build());
            if (issuerAt is not null)
            {
                request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(ocspUris: null, caIssuersUris: [issuerAt.ToString()]));
            }

            using var certificate = request.Create(Certificate, Now.AddDays(-5), Now.AddDays(daysLeft), RandomNumberGenerator.GetBytes(8));
            return certificate.CopyWithPrivateKey(key);
        }

        public void Dispose() => Certificate.Dispose();
    }
}
