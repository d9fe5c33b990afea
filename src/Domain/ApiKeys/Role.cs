namespace Flownally.Domain.ApiKeys;

/// <summary>Who a key acts as, within its scopes. A <see cref="Viewer"/> may only call operations that read, and none of the first ten.</summary>
public enum Role
{
    Owner,
    Admin,
    Agent,
    Viewer,
}
