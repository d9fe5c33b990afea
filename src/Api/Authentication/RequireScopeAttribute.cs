namespace Flownally.Api.Authentication;

/// <summary>Names the scope that a key needs for an action.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RequireScopeAttribute(string scope) : Attribute
{
    public string Scope { get; } = scope;
}
