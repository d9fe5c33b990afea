namespace Flownally.Domain.Ids;

/// <summary>An id that stands in the path of a URL.</summary>
public interface IResourceId<TSelf> : IParsable<TSelf> where TSelf : IResourceId<TSelf>
{
    /// <summary>The error for a malformed id: no resource can have it.</summary>
    static abstract Error NotFound(string id);
}
