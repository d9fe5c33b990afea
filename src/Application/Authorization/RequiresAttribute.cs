using System.Reflection;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;

namespace Flownally.Application.Authorization;

/// <summary>Declares the scope that a request requires, and its roles: owner, admin and agent.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RequiresAttribute(string scope) : Attribute
{
    private static readonly Role[] WriterRoles = [Role.Owner, Role.Admin, Role.Agent];

    private static readonly Role[] AllRoles = [.. WriterRoles, Role.Viewer];

    public string Scope => scope;

    /// <summary>Whether the role viewer suffices, too: for read operations beyond the ten operations of the product.</summary>
    public bool OpenToViewers { get; init; }

    public IReadOnlyList<Role> Roles => OpenToViewers ? AllRoles : WriterRoles;

    /// <exception cref="InvalidOperationException">The request lacks the attribute.</exception>
    public static RequiresAttribute Of(Type request) =>
        request.GetCustomAttribute<RequiresAttribute>()
        ?? throw new InvalidOperationException($"{request.Name} does not declare the scope that it requires.");

    /// <returns>The reason why the caller may not send the request, or null if it may.</returns>
    public Error? Refusal(Caller caller) => caller.Refusal(Scope, Roles);
}
