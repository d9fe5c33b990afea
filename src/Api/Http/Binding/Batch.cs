using Flownally.Domain;

namespace Flownally.Api.Http.Binding;

/// <summary>A member that holds requests which are independent: each is read, or refused, as if it stood alone.</summary>
public sealed class Batch<T>(IReadOnlyList<Result<T>> items)
{
    public IReadOnlyList<Result<T>> Items { get; } = items;
}

/// <summary>For code that knows a batch's type only at run time.</summary>
internal static class Batch
{
    /// <summary>A batch has at least one item and at most this many.</summary>
    public const int MaxItems = 1_000;

    private interface IMaker
    {
        object Make(IEnumerable<Result<object>> items);
    }

    /// <summary>What a batch holds; null where the type is none.</summary>
    public static Type? ItemType(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Batch<>) ? type.GetGenericArguments()[0] : null;

    public static object Of(Type item, IEnumerable<Result<object>> items) =>
        ((IMaker)Activator.CreateInstance(typeof(Maker<>).MakeGenericType(item))!).Make(items);

    private sealed class Maker<T> : IMaker
    {
        public object Make(IEnumerable<Result<object>> items) =>
            new Batch<T>([.. items.Select(item => item.Match<Result<T>>(value => (T)value, error => error))]);
    }
}
