using System.Text;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.Extensions.Options;

namespace Flownally.Api.Http.Binding;

/// <summary>
/// Answers in JSON and UTF-8, whatever Accept and Accept-Charset name: <see cref="AnswersJsonAttribute"/> has refused who does not take it.
/// The framework's own selection would repeat the caller's parameters in Content-Type, and answer in UTF-16.
/// </summary>
internal sealed class JsonOutput(IOptions<MvcOptions> mvc) : OutputFormatterSelector
{
    private const string ContentType = "application/json; charset=utf-8";

    public static void Configure(SystemTextJsonOutputFormatter formatter)
    {
        formatter.SupportedEncodings.Clear();
        formatter.SupportedEncodings.Add(Encoding.UTF8);
    }

    public override IOutputFormatter? SelectFormatter(OutputFormatterCanWriteContext context, IList<IOutputFormatter> formatters, MediaTypeCollection contentTypes)
    {
        context.ContentType = ContentType;
        return mvc.Value.OutputFormatters[0];
    }
}
