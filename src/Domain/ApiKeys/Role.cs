namespace Flownally.Domain.ApiKeys;

/// <summary>Who a key acts as. All but <see cref="Viewer"/> may call the operations, within their scopes.</summary>
public enum Role
{
    Owner,
    Admin,
    Agent,
    Viewer,
}
