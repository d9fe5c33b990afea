using System.Text;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.Extensions.Options;

namespace Flownally.Api.Http.Binding;

/// <summary>
/// Writes responses as JSON in UTF-8, regardless of Accept and Accept-Charset: <see cref="ProducesJsonAttribute"/> has already refused
/// callers that do not accept JSON. The framework's selection would copy the caller's parameters to Content-Type and respond in UTF-16.
/// </summary>
internal sealed class JsonOutput(IOptions<MvcOptions> mvc) : OutputFormatterSelector
{
    private const string ContentType = "application/json; charset=utf-8";

    public static void Configure(SystemTextJsonOutputFormatter formatter)
    {
        formatter.SupportedEncodings.Clear();
        formatter.SupportedEncodings.Add(Encoding.UTF8);
    }

    public override IOutputFormatter? SelectFormatter(
        OutputFormatterCanWriteContext context, IList<IOutputFormatter> formatters, MediaTypeCollection contentTypes)
    {
        context.ContentType = ContentType;
        return mvc.Value.OutputFormatters[0];
    }
}
