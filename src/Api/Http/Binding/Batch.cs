using Flownally.Domain;

namespace Flownally.Api.Http.Binding;

/// <summary>A member with independent requests: each is read or refused separately.</summary>
public sealed class Batch<T>(IReadOnlyList<Result<T>> items)
{
    public IReadOnlyList<Result<T>> Items { get; } = items;
}

/// <summary>Creates batches whose item type is known only at run time.</summary>
internal static class Batch
{
    /// <summary>A batch has 1 to this many items.</summary>
    public const int MaxItems = 1_000;

    private interface IFactory
    {
        object Create(IEnumerable<Result<object>> items);
    }

    /// <summary>The item type of a batch; null for other types.</summary>
    public static Type? ItemType(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Batch<>) ? type.GetGenericArguments()[0] : null;

    public static object Of(Type item, IEnumerable<Result<object>> items) =>
        ((IFactory)Activator.CreateInstance(typeof(Factory<>).MakeGenericType(item))!).Create(items);

    private sealed class Factory<T> : IFactory
    {
        public object Create(IEnumerable<Result<object>> items) =>
            new Batch<T>([.. items.Select(item => item.Match<Result<T>>(value => (T)value, error => error))]);
    }
}
