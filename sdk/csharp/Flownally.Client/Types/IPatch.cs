namespace Flownally.Client;

/// <summary>A merge patch (RFC 7396): null clears a member, and what is left out stays as it is.</summary>
internal interface IPatch
{
    /// <summary>Whether a member that is not set is to be cleared.</summary>
    /// <param name="member">Its name in JSON.</param>
    bool Clears(string member);
}
