namespace Flownally.Domain.ApiKeys;

/// <summary>
/// Who a key acts as, within its scopes. A <see cref="Viewer"/> may call only operations that read, and none of the first ten.
/// </summary>
public enum Role
{
    Owner,
    Admin,
    Agent,
    Viewer,
}
