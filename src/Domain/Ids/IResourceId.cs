namespace Flownally.Domain.Ids;

/// <summary>The id of a resource that paths name: it reads from text, and knows what its absence is called.</summary>
public interface IResourceId<TSelf> : IParsable<TSelf> where TSelf : IResourceId<TSelf>
{
    /// <summary>The refusal for a path whose id is malformed, so that nothing can have it.</summary>
    static abstract Error NotFound(string id);
}
