using System.Diagnostics.CodeAnalysis;
using Flownally.Domain.Ids;

namespace Flownally.Domain.Tenants;

/// <summary>The id of a tenant: <c>tn_</c> and 26 characters (see <see cref="IdText"/>).</summary>
public readonly record struct TenantId(Guid Value) : IParsable<TenantId>
{
    public const string Prefix = "tn_";

    public override string ToString() => IdText.Format(Prefix, Value);

    public static TenantId Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var id) ? id : throw IdText.Malformed("a tenant", Prefix);

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out TenantId result)
    {
        var parsed = IdText.TryParse(Prefix, s, out var value);
        result = new TenantId(value);
        return parsed;
    }
}
