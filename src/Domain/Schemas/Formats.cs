using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Flownally.Domain.Json;
using Flownally.Domain.Schemas.Patterns;

namespace Flownally.Domain.Schemas;

/// <summary>The formats of strings (JSON Schema Validation §7.3), and OpenAPI's <c>int32</c> and <c>int64</c>.</summary>
internal static partial class Formats
{
    /// <summary>The formats that are enforced on strings.</summary>
    public static readonly Dictionary<string, Func<ReadOnlySpan<char>, bool>> Asserted = new()
    {
        ["date-time"] = IsDateTime,
        ["date"] = IsDate,
        ["time"] = IsTime,
        ["duration"] = text => Duration().IsMatch(text),
        ["email"] = IsEmail,
        ["hostname"] = text => text.Length <= 253 && Hostname().IsMatch(text),
        ["ipv4"] = text => Ipv4().IsMatch(text),
        ["ipv6"] = IsIpv6,
        ["uri"] = text => IsUriReference(text) && Scheme().IsMatch(text),
        ["uri-reference"] = IsUriReference,
        ["uuid"] = text => Uuid().IsMatch(text),
        ["json-pointer"] = text => Pointer().IsMatch(text),
        ["regex"] = text => PatternParser.IsPattern(text.ToString()),
    };

    /// <summary>The formats that are accepted as annotations. Nothing is checked.</summary>
    public static readonly IReadOnlyList<string> Annotations =
    [
        "float", "double", "byte", "binary", "password", "iri", "iri-reference", "idn-email", "idn-hostname", "uri-template",
        "relative-json-pointer", "decimal", "decimal128", "double-int", "int8", "int16", "uint8", "uint16", "uint32", "uint64", "char",
        "html", "commonmark", "media-range", "base64url", "http-date", "sf-string", "sf-token", "sf-boolean", "sf-integer", "sf-decimal",
        "sf-binary", "date-time-local", "time-local",
    ];

    private static readonly SearchValues<char> Ipv6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    private static readonly JsonNumber[] Int32 = [Number("-2147483648"), Number("2147483647")];
    private static readonly JsonNumber[] Int64 = [Number("-9223372036854775808"), Number("9223372036854775807")];

    /// <summary>Whether the format is enforced on numbers.</summary>
    public static bool IsOfNumbers(string name) => name is "int32" or "int64";

    /// <summary>The error message for an unknown format.</summary>
    public static string Unknown(JsonElement format)
    {
        const int MaxQuoted = 30;
        string[] enforced = [.. Asserted.Keys, "int32", "int64"];
        var hint = format.ValueKind == JsonValueKind.String ? SpellingHint.For(format.GetString(), enforced.Concat(Annotations)) : "";
        return $"The format {FieldViolation.Cut(format.GetRawText(), MaxQuoted)} is not known.{hint}"
            + $" Enforced: {string.Join(", ", enforced)}. Annotations: {string.Join(", ", Annotations)}.";
    }

    /// <summary>Work units per character.</summary>
    public static int UnitsPerCharacter(string name) => name switch
    {
        "regex" => 30,
        "uri" or "uri-reference" => 9,
        "json-pointer" => 5,
        _ => 3,
    };

    public static bool IsInRange(string name, JsonNumber number)
    {
        var range = name == "int32" ? Int32 : Int64;
        return number.IsInteger && number >= range[0] && number <= range[1];
    }

    public static string Describe(string name) => name switch
    {
        "date-time" => "a date and time as in RFC 3339, such as 2026-01-31T09:30:00Z",
        "date" => "a date as in RFC 3339, such as 2026-01-31",
        "time" => "a time with its offset as in RFC 3339, such as 09:30:00Z",
        "duration" => "a duration as in RFC 3339, such as P3DT4H",
        "email" => "an e-mail address",
        "hostname" => "a host name",
        "ipv4" => "an IPv4 address, such as 192.0.2.1",
        "ipv6" => "an IPv6 address, such as 2001:db8::1",
        "uri" => "a URI with its scheme, such as https://example.com/a",
        "uri-reference" => "a URI or a relative reference",
        "uuid" => "a UUID, such as 01890a5d-ac96-774b-bcce-b302099a8057",
        "json-pointer" => "a JSON pointer, such as /a/0",
        "regex" => "a regular expression of ECMA-262",
        _ => $"a whole number of the range of {name}",
    };

    private static JsonNumber Number(string text) => JsonNumber.Parse(System.Text.Encoding.ASCII.GetBytes(text));

    /// <summary>RFC 3339 §5.6, without the year 0000, which .NET lacks.</summary>
    private static bool IsDate(ReadOnlySpan<char> text) => text is [var a, var b, var c, var d, '-', var e, var f, '-', var g, var h]
        && Digits(a, b) is >= 0 and var century && Digits(c, d) is >= 0 and var year && (century, year) != (0, 0)
        && Digits(e, f) is >= 1 and <= 12 and var month
        && Digits(g, h) is >= 1 and var day && day <= DateTime.DaysInMonth((100 * century) + year, month);

    private static bool IsDateTime(ReadOnlySpan<char> text) =>
        text.Length > 11 && text[10] is 'T' or 't' && IsDate(text[..10]) && IsTime(text[11..]);

    /// <summary>RFC 3339 §5.6. Only the last second of a day in UTC can be a leap second.</summary>
    private static bool IsTime(ReadOnlySpan<char> text)
    {
        if (text is not [var a, var b, ':', var c, var d, ':', var e, var f, .. var rest]
            || Digits(a, b) is not (>= 0 and < 24 and var hours)
            || Digits(c, d) is not (>= 0 and < 60 and var minutes)
            || Digits(e, f) is not (>= 0 and <= 60 and var seconds))
        {
            return false;
        }

        if (rest is ['.', ..])
        {
            var fraction = rest[1..];
            var end = fraction.IndexOfAnyExceptInRange('0', '9');
            if (end < 1)
            {
                return false;
            }

            rest = fraction[end..];
        }

        if (rest is not ['Z' or 'z'])
        {
            if (rest is not [('+' or '-') and var sign, var g, var h, ':', var i, var j]
                || Digits(g, h) is not (>= 0 and < 24 and var offsetHours) || Digits(i, j) is not (>= 0 and < 60 and var offsetMinutes))
            {
                return false;
            }

            var offset = (60 * offsetHours) + offsetMinutes;
            (hours, minutes) = Math.DivRem(((60 * hours) + minutes + (sign == '-' ? offset : -offset) + 1440) % 1440, 60);
        }

        return seconds < 60 || (hours, minutes) == (23, 59);
    }

    /// <summary>The number of two decimal digits, or -1.</summary>
    private static int Digits(char tens, char units) =>
        char.IsAsciiDigit(tens) && char.IsAsciiDigit(units) ? (10 * (tens - '0')) + units - '0' : -1;

    /// <summary>RFC 5321 §4.1.2: a local part, bare or quoted, and a domain or an address in brackets.</summary>
    private static bool IsEmail(ReadOnlySpan<char> text)
    {
        var at = text.LastIndexOf('@');
        if (at < 1 || at > 64 || !LocalPart().IsMatch(text[..at]))
        {
            return false;
        }

        var domain = text[(at + 1)..];
        return domain is not ['[', .., ']'] ? domain.Length <= 253 && Hostname().IsMatch(domain)
            : domain.StartsWith("[IPv6:", StringComparison.OrdinalIgnoreCase) ? IsIpv6(domain[6..^1])
            : Ipv4().IsMatch(domain[1..^1]);
    }

    private static bool IsIpv6(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(Ipv6Characters)
        && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6
        && (!text.Contains('.') || Ipv4().IsMatch(text[(text.LastIndexOf(':') + 1)..]));

    /// <summary>RFC 3986 §4.1.</summary>
    private static bool IsUriReference(ReadOnlySpan<char> text)
    {
        if (!UriCharacters().IsMatch(text))
        {
            return false;
        }

        var match = UriParts().Match(text.ToString());
        if (!match.Success)
        {
            return false;
        }

        var host = match.Groups["host"].ValueSpan;
        return host is not ['[', .., ']'] || host[1] is 'v' or 'V' || IsIpv6(host[1..^1]);
    }

    [GeneratedRegex(@"\AP(?=.)([0-9]+W|([0-9]+Y([0-9]+M([0-9]+D)?)?|[0-9]+M([0-9]+D)?|[0-9]+D)?"
        + @"(T(?=.)([0-9]+H([0-9]+M([0-9]+S)?)?|[0-9]+M([0-9]+S)?|[0-9]+S))?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Duration();

    [GeneratedRegex(@"\A(?!xn--(?![a-z0-9]))[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
        + @"(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Hostname();

    [GeneratedRegex(@"\A((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\.(?=[0-9])|\z)){4}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Ipv4();

    [GeneratedRegex(@"\A([A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*|""([ !#-\[\]-~]|\\[ -~])*"")\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex LocalPart();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9+.-]*:", RegexOptions.CultureInvariant)]
    private static partial Regex Scheme();

    [GeneratedRegex(@"\A([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*\z", RegexOptions.CultureInvariant)]
    private static partial Regex UriCharacters();

    [GeneratedRegex(@"\A([A-Za-z][A-Za-z0-9+.-]*:|(?![^/?#]*:))"
        + @"(//([^/?#@\[\]]*@)?(?<host>\[[^\]/?#@]*\]|[^:/?#@\[\]]*)(:[0-9]*)?(?=[/?#]|\z))?[^?#\[\]]*(\?[^#\[\]]*)?(#[^#\[\]]*)?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex UriParts();

    [GeneratedRegex(@"\A[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Uuid();

    [GeneratedRegex(@"\A(/([^~/]|~[01])*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pointer();
}
