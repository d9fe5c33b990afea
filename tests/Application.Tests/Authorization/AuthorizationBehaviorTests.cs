using System.Reflection;
using System.Runtime.CompilerServices;
using Flownally.Application.Authorization;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Tenants;
using MediatR;

namespace Flownally.Application.Tests.Authorization;

public sealed class AuthorizationBehaviorTests
{
    private static readonly Type[] Requests =
    [
        .. typeof(TenantRequest).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(TenantRequest)) && !type.IsAbstract),
    ];

    [Test]
    public void Every_request_with_a_caller_declares_who_may_send_it()
    {
        var withCaller = typeof(TenantRequest).Assembly.GetTypes().Where(type =>
            type.IsAssignableTo(typeof(IBaseRequest)) && type.GetProperties().Any(property => property.PropertyType == typeof(Caller))).ToList();
        Assert.That(withCaller, Is.Not.Empty.And.EquivalentTo(Requests));
        Assert.That(withCaller.Where(type => type.GetCustomAttribute<RequiresAttribute>() is null), Is.Empty);
    }

    [TestCaseSource(nameof(Requests))]
    public async Task A_caller_is_refused_without_the_scope_or_the_role_whatever_else_it_has(Type request)
    {
        var required = RequiresAttribute.Of(request);
        Assert.That(await AskAsync(request, Caller(Role.Owner, Scopes.All.Except([required.Scope]))), Is.EqualTo(new ScopeMissing(required.Scope)));
        foreach (var role in Enum.GetValues<Role>())
        {
            var refusal = await AskAsync(request, Caller(role, [required.Scope]));
            Assert.That(refusal, required.Roles.Contains(role) ? Is.Null : Is.TypeOf<RoleNotAllowed>());
        }
    }

    [TestCaseSource(nameof(Requests))]
    public async Task An_operator_may_do_everything(Type request) => Assert.That(await AskAsync(request, Callers.Operator), Is.Null);

    private static Caller Caller(Role role, IEnumerable<string> scopes) => Callers.Of(role, [.. scopes], TenantLimits.None);

    /// <returns>The refusal; null where the request goes on.</returns>
    private static Task<Error?> AskAsync(Type request, Caller caller)
    {
        var made = RuntimeHelpers.GetUninitializedObject(request);
        typeof(TenantRequest).GetProperty(nameof(TenantRequest.Caller))!.SetValue(made, caller);
        var response = request.GetInterfaces().Single(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IRequest<>)).GetGenericArguments()[0];
        return (Task<Error?>)typeof(AuthorizationBehaviorTests).GetMethod(nameof(PassAsync), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(request, response.GetGenericArguments()[0]).Invoke(null, [made])!;
    }

    private static async Task<Error?> PassAsync<TRequest, T>(TRequest request) where TRequest : TenantRequest
    {
        var passed = false;
        var result = await new AuthorizationBehavior<TRequest, Result<T>>().Handle(request, default, () =>
        {
            passed = true;
            return Task.FromResult<Result<T>>(new PreconditionFailed());
        });
        return passed ? null : result.Error;
    }
}
