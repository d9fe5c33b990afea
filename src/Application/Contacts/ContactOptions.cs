namespace Flownally.Application.Contacts;

/// <summary>The section <c>Contacts</c> of the configuration.</summary>
public sealed class ContactOptions
{
    /// <summary>The handling of a call that names an unknown contact.</summary>
    public UnknownContact UnknownContact { get; set; }
}

public enum UnknownContact
{
    /// <summary>The call succeeds. The first event makes the contact known; until then its timeline is empty.</summary>
    Accept,

    /// <summary>The call is refused. Contacts become known by import.</summary>
    Reject,
}
