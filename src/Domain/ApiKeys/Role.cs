namespace Flownally.Domain.ApiKeys;

/// <summary>
/// The role of a key, within its scopes. A <see cref="Viewer"/> may call only those read operations that admit it
/// (<c>OpenToViewers</c>).
/// </summary>
public enum Role
{
    Owner,
    Admin,
    Agent,
    Viewer,
}
