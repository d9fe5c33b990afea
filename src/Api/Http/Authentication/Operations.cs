using System.Reflection;
using System.Text.Json;
using Flownally.Domain.ApiKeys;

namespace Flownally.Api.Http.Authentication;

/// <summary>The operations over HTTP, as their actions declare them.</summary>
internal static class Operations
{
    /// <summary>The name of an action's operation in the contract, such as <c>getEventTypes</c>.</summary>
    public static string NameOf(MethodInfo action) => JsonNamingPolicy.CamelCase.ConvertName(action.Name);

    /// <summary>The names of those that a role may call, if its key has their scopes.</summary>
    public static IEnumerable<string> OpenTo(Role role) =>
        from controller in typeof(Operations).Assembly.GetTypes()
        where controller.IsSubclassOf(typeof(ApiController))
        from action in controller.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
        where action.GetCustomAttribute<SendsAttribute>()?.Required.Roles.Contains(role) == true
        select NameOf(action);
}
