namespace Flownally.Api.Http.OpenApi;

/// <summary>The action responds with 304 if <c>If-None-Match</c> contains the current version.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProducesNotModifiedAttribute : Attribute;
