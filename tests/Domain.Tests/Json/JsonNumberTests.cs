using System.Text;
using Flownally.Domain.Json;

namespace Flownally.Domain.Tests.Json;

public sealed class JsonNumberTests
{
    [TestCase("1", "1.0", 0)]
    [TestCase("-0", "0.000", 0)]
    [TestCase("100", "1e2", 0)]
    [TestCase("0.1", "1e-1", 0)]
    [TestCase("9007199254740993", "9007199254740992", 1)]
    [TestCase("-2", "-1", -1)]
    [TestCase("-1", "1", -1)]
    [TestCase("1e1000000", "9e999999", 1)]
    [TestCase("1e99999999999999999999", "1e400", 1)]
    [TestCase("123456789012345678901234567890", "123456789012345678901234567891", -1)]
    [TestCase("10", "9", 1)]
    [TestCase("1.5", "1.25", 1)]
    public void Numbers_compare_as_exact_decimals(string left, string right, int expected)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Math.Sign(Number(left).CompareTo(Number(right))), Is.EqualTo(expected));
            Assert.That(Math.Sign(Number(right).CompareTo(Number(left))), Is.EqualTo(-expected));
            Assert.That(Number(left) == Number(right), Is.EqualTo(expected == 0));
            Assert.That(Number(left).ToString() == Number(right).ToString(), Is.EqualTo(expected == 0));
        }
    }

    [TestCase("1.5", 0, "1")]
    [TestCase("-1.5", 0, "-2")]
    [TestCase("-0.5", 0, "-1")]
    [TestCase("0.5", 1, "1")]
    [TestCase("1e-1000000", 0, "0")]
    [TestCase("-1e-1000000", 0, "-1")]
    [TestCase("99.5", 1, "100")]
    [TestCase("100", -1, "99")]
    [TestCase("-100", 1, "-99")]
    [TestCase("9007199254740992", 1, "9007199254740993")]
    [TestCase("123456789012345678901234567890.5", 0, "123456789012345678901234567890")]
    [TestCase("1e1000000", 0, "1e1000000")]
    [TestCase("1e1000000", 1, null)]
    public void The_whole_number_below_is_exact_or_not_told(string number, int more, string? expected) =>
        Assert.That(Number(number).Floor(more), Is.EqualTo(expected is null ? (JsonNumber?)null : Number(expected)));

    [TestCase("6", "3", true)]
    [TestCase("7", "3", false)]
    [TestCase("0.3", "0.1", true)]
    [TestCase("0.35", "0.1", false)]
    [TestCase("0", "7", true)]
    [TestCase("1e1000000", "7", false)]
    [TestCase("7e1000000", "7", true)]
    [TestCase("1e308", "0.123456789", false)]
    [TestCase("-9", "3", true)]
    public void Multiples_are_exact(string number, string divisor, bool expected) =>
        Assert.That(Number(number).IsMultipleOf(Number(divisor)), Is.EqualTo(expected));

    private static JsonNumber Number(string text) => JsonNumber.Parse(Encoding.ASCII.GetBytes(text));
}
