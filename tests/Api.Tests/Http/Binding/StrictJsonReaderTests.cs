using System.Text;
using Flownally.Api.Http.Binding;
using Flownally.Api.Http.Json;
using Flownally.Domain;

namespace Flownally.Api.Tests.Http.Binding;

/// <summary>A request may have members of any JSON type, whichever today's requests have.</summary>
public sealed class StrictJsonReaderTests
{
    private enum Size
    {
        Small,
        VeryLarge,
    }

    [Test]
    public void Members_of_every_JSON_type_are_read()
    {
        var request = (Request)Read("""
            {"flag":true,"count":-3,"total":9007199254740993,"price":12.50,"ratio":1e-3,"size":"veryLarge","at":"2026-01-31T09:30:00Z",
             "names":["a","b"],"numbers":[1,2],"set":["a","a"],"sizes":["small"],
             "inner":{"flag":false,"tags":[],"deeper":{"count":5}},"all":[{"count":1},{"count":2}]}
            """).Value;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((request.Flag, request.Count, request.Total, request.Price), Is.EqualTo((true, -3, 9007199254740993, 12.50m)));
            Assert.That((request.Ratio, request.Size), Is.EqualTo((1e-3, Size.VeryLarge)));
            Assert.That(request.At, Is.EqualTo(new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero)));
            Assert.That(request.Names, Is.EqualTo(["a", "b"]));
            Assert.That(request.Numbers, Is.EqualTo([1, 2]));
            Assert.That(request.Set, Is.EqualTo(["a"]));
            Assert.That(request.Sizes, Is.EqualTo([Size.Small]));
            Assert.That((request.Inner!.Flag, request.Inner.Deeper!.Count), Is.EqualTo((false, 5)));
            Assert.That(request.Inner.Tags, Is.Empty);
            Assert.That(request.All!.Select(one => one.Count), Is.EqualTo([1, 2]));
        }
    }

    [TestCase("""{"count":1,"flag":"true"}""", "/flag typeMismatch")]
    [TestCase("""{"count":1,"flag":null}""", "/flag typeMismatch")]
    [TestCase("""{"count":"1"}""", "/count typeMismatch")]
    [TestCase("""{"count":true}""", "/count typeMismatch")]
    [TestCase("""{"count":1.5}""", "/count malformed")]
    [TestCase("""{"count":2147483647}""")]
    [TestCase("""{"count":2147483648}""", "/count malformed")]
    [TestCase("""{"count":1,"price":"12"}""", "/price typeMismatch")]
    [TestCase("""{"count":1,"size":1}""", "/size typeMismatch")]
    [TestCase("""{"count":1,"size":"VeryLarge"}""", "/size malformed")]
    [TestCase("""{"count":1,"names":"a"}""", "/names typeMismatch")]
    [TestCase("""{"count":1,"names":["a",2,null]}""", "/names/1 typeMismatch", "/names/2 typeMismatch")]
    [TestCase("""{"count":1,"numbers":[1,"2",3.5]}""", "/numbers/1 typeMismatch", "/numbers/2 malformed")]
    [TestCase("""{"count":1,"inner":[]}""", "/inner typeMismatch")]
    [TestCase("""{"count":1,"inner":{"flag":0,"deeper":{}}}""", "/inner/flag typeMismatch", "/inner/deeper/count required")]
    [TestCase("""{"count":1,"all":[{"count":1},{"cuont":2}]}""", "/all/1/cuont unknownField", "/all/1/count required")]
    [TestCase("""{"Count":1}""", "/Count unknownField", "/count required")]
    [TestCase("""{"count":1,"inner":{"tags":[],"tags":[]}}""", "/inner/tags duplicateMember")]
    public void Every_fault_has_its_pointer_and_code(string body, params string[] faults)
    {
        var read = Read(body);
        var found = read.IsSuccess ? [] : read.Error.Violations.Select(fault => $"{fault.Field} {fault.Code}");
        Assert.That(found, Is.EquivalentTo(faults));
    }

    private static Result<object> Read(string body)
    {
        using var documents = new JsonDocuments();
        return new StrictJsonReader(ApiJson.Options).Read(Encoding.UTF8.GetBytes(body), typeof(Request), documents);
    }

    private sealed class Request
    {
        public bool Flag { get; init; }

        public required int Count { get; init; }

        public long? Total { get; init; }

        public decimal? Price { get; init; }

        public double Ratio { get; init; }

        public Size? Size { get; init; }

        public DateTimeOffset? At { get; init; }

        public IReadOnlyList<string> Names { get; init; } = [];

        public int[] Numbers { get; init; } = [];

        public HashSet<string>? Set { get; init; }

        public List<Size>? Sizes { get; init; }

        public Inner? Inner { get; init; }

        public IReadOnlyList<Deeper>? All { get; init; }
    }

    private sealed class Inner
    {
        public bool? Flag { get; init; }

        public string[]? Tags { get; init; }

        public Deeper? Deeper { get; init; }
    }

    private sealed class Deeper
    {
        public required int Count { get; init; }
    }
}
