using Flownally.Domain.Journeys;

namespace Flownally.Domain.Tests;

public sealed class EnumTextTests
{
    [TestCase(DeliveryError.NotPublic, "notPublic")]
    [TestCase(DeliveryError.Dns, "dns")]
    public void A_value_is_written_in_camel_case_and_found_by_that_text(DeliveryError value, string text)
    {
        Assert.That(value.Text(), Is.EqualTo(text));
        Assert.That(EnumText.All<DeliveryError>()[text], Is.EqualTo(value));
    }

    [TestCase("Dns")]
    [TestCase("0")]
    [TestCase("")]
    public void No_value_has_another_text(string text) => Assert.That(EnumText.All<DeliveryError>().ContainsKey(text), Is.False);
}
