using System.CommandLine;
using Flownally.Domain.Tenants;

namespace Flownally.Api.CommandLine;

internal static class TenantOption
{
    public static Option<TenantId?> Create(bool required) => new("--tenant")
    {
        Description = "The tenant's id, as `tenants list` shows it.",
        Required = required,
        CustomParser = argument => OptionValues.ReadId<TenantId>(argument, "tn_01KATWBQ1HX8CYFG0H9T2WGN3M"),
    };
}
