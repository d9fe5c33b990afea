using System.Reflection;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;

namespace Flownally.Application.Authorization;

/// <summary>Declares who may send a request: a caller with a scope and one of some roles, by default owner, admin and agent.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RequiresAttribute(string scope, params Role[] roles) : Attribute
{
    public string Scope => scope;

    public IReadOnlyList<Role> Roles { get; } = roles is [] ? [Role.Owner, Role.Admin, Role.Agent] : roles;

    /// <summary>What a request declares.</summary>
    /// <exception cref="InvalidOperationException">It declares nothing, so that nobody may send it.</exception>
    public static RequiresAttribute Of(Type request) =>
        request.GetCustomAttribute<RequiresAttribute>() ?? throw new InvalidOperationException($"{request.Name} does not declare who may send it.");

    /// <returns>Why a caller may not send the request, or null.</returns>
    public Error? Refusal(Caller caller) => caller.Forbids(Scope, Roles);
}
