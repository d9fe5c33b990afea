namespace Flownally.Api.Http.OpenApi;

/// <summary>The action answers 304 to a caller that has what it shows, by If-None-Match.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class AnswersNotModifiedAttribute : Attribute;
