namespace Flownally.Api.Http.Binding;

/// <summary>The action also accepts bodies of the type <c>application/merge-patch+json</c> (RFC 7396).</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class AcceptsMergePatchAttribute : Attribute
{
    public const string MediaType = "application/merge-patch+json";
}
