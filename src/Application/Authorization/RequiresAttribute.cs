using System.Reflection;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;

namespace Flownally.Application.Authorization;

/// <summary>Declares who may send a request: a caller with a scope and the role owner, admin or agent.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RequiresAttribute(string scope) : Attribute
{
    private static readonly Role[] Workers = [Role.Owner, Role.Admin, Role.Agent];

    private static readonly Role[] WorkersAndViewers = [.. Workers, Role.Viewer];

    public string Scope => scope;

    /// <summary>Whether the role viewer is enough, too: for what only reads, beyond the ten operations of the product.</summary>
    public bool OpenToViewers { get; init; }

    public IReadOnlyList<Role> Roles => OpenToViewers ? WorkersAndViewers : Workers;

    /// <summary>What a request declares.</summary>
    /// <exception cref="InvalidOperationException">It declares nothing, so that nobody may send it.</exception>
    public static RequiresAttribute Of(Type request) =>
        request.GetCustomAttribute<RequiresAttribute>() ?? throw new InvalidOperationException($"{request.Name} does not declare who may send it.");

    /// <returns>Why a caller may not send the request, or null.</returns>
    public Error? Refusal(Caller caller) => caller.Refusal(Scope, Roles);
}
