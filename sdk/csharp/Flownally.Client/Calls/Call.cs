using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Flownally.Client;

/// <summary>One call of an operation, as the generated methods put it together.</summary>
/// <param name="path">Relative to the address of the service, with parameters in braces: <c>v1/events/{id}</c>.</param>
internal sealed class Call(HttpMethod method, string path)
{
    /// <summary>A larger body may be refused by its length, so it is sent when the service has agreed to read it (RFC 9110 §10.1.1).</summary>
    private const int LargeBytes = 1024 * 1024;

    private readonly List<string> _query = [];
    private readonly List<(string Name, string Value)> _headers = [];
    private string _path = path;
    private byte[]? _body;
    private bool _isRepeatable = method == HttpMethod.Get || method == HttpMethod.Delete;

    /// <exception cref="ArgumentException">The value is no segment of a path: <see cref="Segment"/>.</exception>
    public Call Path(string name, string value, [CallerArgumentExpression(nameof(value))] string parameter = "")
    {
        _path = _path.Replace($"{{{name}}}", Uri.EscapeDataString(Segment(value, parameter)), StringComparison.Ordinal);
        return this;
    }

    /// <summary>Adds a parameter, unless it is null.</summary>
    public Call Query(string name, string? value)
    {
        if (value is not null)
        {
            _query.Add($"{name}={Uri.EscapeDataString(value)}");
        }

        return this;
    }

    /// <summary>Adds a parameter, written as JSON writes it, unless it is null.</summary>
    public Call Query<T>(string name, T? value)
        where T : struct
    {
        if (value is not { } given)
        {
            return this;
        }

        var json = JsonSerializer.SerializeToElement(given, FlownallyJson.Type<T>());
        return Query(name, json.ValueKind == JsonValueKind.String ? json.GetString() : json.GetRawText());
    }

    /// <summary>Adds a header, unless it is null.</summary>
    /// <exception cref="ArgumentException">The value has a character that is not printable ASCII, such as a line break.</exception>
    public Call Header(string name, string? value, [CallerArgumentExpression(nameof(value))] string parameter = "")
    {
        if (value is null)
        {
            return this;
        }

        if (name == IdempotencyKey.Header)
        {
            IdempotencyKey.Check(value, parameter);
            value = IdempotencyKey.Quote(value);
            _isRepeatable = true;
        }
        else if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw new ArgumentException($"{name} consists of printable ASCII characters.", parameter);
        }

        _headers.Add((name, value));
        return this;
    }

    /// <exception cref="ArgumentException">The value cannot be written: a <see cref="JsonElement"/> in it is empty.</exception>
    public Call Body<T>(T value, [CallerArgumentExpression(nameof(value))] string parameter = "")
    {
        ArgumentNullException.ThrowIfNull(value, parameter);
        _isRepeatable |= value is IRecording { HasKeys: true };
        try
        {
            _body = JsonSerializer.SerializeToUtf8Bytes(value, FlownallyJson.Type<T>());
        }
        catch (InvalidOperationException exception)
        {
            throw new ArgumentException("The request has a JsonElement without a value.", parameter, exception);
        }

        return this;
    }

    /// <exception cref="FlownallyException">The service refused the call, or its answer cannot be read.</exception>
    public async Task<T> SendAsync<T>(HttpClient http, CancellationToken cancellationToken)
        where T : class
    {
        using var response = await SendSuccessfullyAsync(http, cancellationToken).ConfigureAwait(false);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var result = JsonSerializer.Deserialize(body, FlownallyJson.Type<T>()) ?? throw new JsonException("The answer is null.");
            (result as IHasHeaders)?.Take(response.Headers);
            return result;
        }
        catch (JsonException exception)
        {
            throw FlownallyException.Unreadable(response, body, exception);
        }
    }

    /// <exception cref="FlownallyException">The service refused the call.</exception>
    public async Task SendAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var response = await SendSuccessfullyAsync(http, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>The value, if it stays where it is put in a path.</returns>
    /// <exception cref="ArgumentException">
    /// The value is empty, <c>.</c> or <c>..</c>. Every client of HTTP folds such a segment, so that another operation would be called.
    /// </exception>
    public static string Segment(string value, [CallerArgumentExpression(nameof(value))] string parameter = "")
    {
        ArgumentException.ThrowIfNullOrEmpty(value, parameter);
        return value is "." or ".."
            ? throw new ArgumentException($"'{value}' names nothing: as a part of a path it is folded away.", parameter)
            : value;
    }

    private async Task<HttpResponseMessage> SendSuccessfullyAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var request = NewRequest(http.BaseAddress!);
        var asked = request.RequestUri!;
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        var elsewhere = Redirection(response, asked, http.DefaultRequestHeaders.Authorization is not null);
        if (response.IsSuccessStatusCode && elsewhere is null)
        {
            return response;
        }

        using (response)
        {
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            throw elsewhere is null
                ? FlownallyException.Refused(response, body)
                : FlownallyException.Redirected(response, body, elsewhere, $"/{_path}");
        }
    }

    /// <returns>Where the call was redirected to; null where it was not.</returns>
    private static Uri? Redirection(HttpResponseMessage response, Uri asked, bool hadKey)
    {
        if ((int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location)
        {
            return new Uri(asked, location);
        }

        // An HttpClient of the caller's own may follow redirects. It then drops the key and puts the new address into the request.
        return hadKey && response.RequestMessage is { Headers.Authorization: null, RequestUri: { } answered } && answered != asked
            ? answered
            : null;
    }

    private HttpRequestMessage NewRequest(Uri service)
    {
        var query = _query.Count == 0 ? "" : $"?{string.Join('&', _query)}";
        var address = new Uri($"{service.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{_path}{query}");
        var request = new HttpRequestMessage(method, address);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        foreach (var (name, value) in _headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (_body is not null)
        {
            request.Content = new ByteArrayContent(_body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            request.Headers.ExpectContinue = _body.Length > LargeBytes ? true : null;
        }

        Retries.Mark(request, _isRepeatable);
        return request;
    }
}
