using System.Reflection;
using System.Text.Json;
using Flownally.Domain.ApiKeys;

namespace Flownally.Api.Http.Authentication;

/// <summary>The HTTP operations, from the attributes of their actions.</summary>
internal static class Operations
{
    /// <summary>The operation id of an action, such as <c>getEventTypes</c>.</summary>
    public static string NameOf(MethodInfo action) => JsonNamingPolicy.CamelCase.ConvertName(action.Name);

    public static IEnumerable<MethodInfo> Actions =>
        from controller in typeof(Operations).Assembly.GetTypes()
        where controller.IsSubclassOf(typeof(ApiController))
        from action in controller.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
        select action;

    public static SendsAttribute SentBy(MethodInfo action) => action.GetCustomAttribute<SendsAttribute>()!;

    /// <summary>The operations that a role may call, if its key has their scopes.</summary>
    public static IEnumerable<string> OpenTo(Role role) =>
        Actions.Where(action => SentBy(action).Required.Roles.Contains(role)).Select(NameOf);
}
