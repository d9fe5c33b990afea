using System.Globalization;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Flownally.Api.Http.OpenApi;

/// <summary>Marks an operation that has a better form. Each response has the header Deprecation (RFC 9745 §2.1).</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DeprecatedAttribute(int year, int month, int day) : Attribute, IAuthorizationFilter, IOrderedFilter
{
    private readonly string _since = "@" + new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero)
        .ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>Before the filters that refuse a call.</summary>
    public int Order => int.MinValue;

    public void OnAuthorization(AuthorizationFilterContext context) => Set(context.HttpContext.Response);

    public void Set(HttpResponse response) => response.Headers["Deprecation"] = _since;
}
