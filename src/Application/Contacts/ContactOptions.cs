namespace Flownally.Application.Contacts;

/// <summary>The section <c>Contacts</c> of the configuration.</summary>
public sealed class ContactOptions
{
    /// <summary>What becomes of a call that names a contact nobody has heard of.</summary>
    public UnknownContact UnknownContact { get; set; }
}

public enum UnknownContact
{
    /// <summary>The first event makes the contact known; before it, the timeline is empty.</summary>
    Accept,

    /// <summary>The call is refused; contacts become known by import.</summary>
    Reject,
}
