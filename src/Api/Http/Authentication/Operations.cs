using System.Reflection;
using System.Text.Json;
using Flownally.Domain.ApiKeys;

namespace Flownally.Api.Http.Authentication;

/// <summary>The operations over HTTP, as their actions declare them.</summary>
internal static class Operations
{
    /// <summary>The name of an action's operation in the contract, such as <c>getEventTypes</c>.</summary>
    public static string NameOf(MethodInfo action) => JsonNamingPolicy.CamelCase.ConvertName(action.Name);

    /// <summary>The actions, one for each operation.</summary>
    public static IEnumerable<MethodInfo> Actions =>
        from controller in typeof(Operations).Assembly.GetTypes()
        where controller.IsSubclassOf(typeof(ApiController))
        from action in controller.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
        select action;

    /// <summary>The requests that an action sends.</summary>
    public static SendsAttribute SentBy(MethodInfo action) => action.GetCustomAttribute<SendsAttribute>()!;

    /// <summary>The names of those that a role may call, if its key has their scopes.</summary>
    public static IEnumerable<string> OpenTo(Role role) =>
        Actions.Where(action => SentBy(action).Required.Roles.Contains(role)).Select(NameOf);
}
