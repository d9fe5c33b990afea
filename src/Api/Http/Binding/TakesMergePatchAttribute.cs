namespace Flownally.Api.Http.Binding;

/// <summary>The body of the action may also be declared as <c>application/merge-patch+json</c> (RFC 7396).</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TakesMergePatchAttribute : Attribute
{
    public const string MediaType = "application/merge-patch+json";
}
