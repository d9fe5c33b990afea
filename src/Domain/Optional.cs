namespace Flownally.Domain;

/// <summary>
/// A member of a merge patch (RFC 7396) that can be cleared: absent leaves what there is, null clears it,
/// anything else takes its place.
/// </summary>
public readonly record struct Optional<T> where T : class
{
    public Optional(T? value) => (IsPresent, Value) = (true, value);

    public bool IsPresent { get; }

    /// <summary>Null where the member is null, and where it is absent.</summary>
    public T? Value { get; }

    /// <summary>What comes of a value under this member.</summary>
    public T? Or(T? current) => IsPresent ? Value : current;

    /// <summary>The same member as another value.</summary>
    public Optional<TOther> Then<TOther>(Func<T, TOther> convert) where TOther : class =>
        IsPresent ? new Optional<TOther>(Value is null ? null : convert(Value)) : default;

    public static implicit operator Optional<T>(T? value) => new(value);
}

/// <summary>For code that knows a member's type only at run time.</summary>
public static class Optional
{
    /// <summary>What an optional type holds; null where the type is none.</summary>
    public static Type? ValueType(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>) ? type.GetGenericArguments()[0] : null;

    /// <summary>A member that is present.</summary>
    public static object Of(Type type, object? value) => Activator.CreateInstance(type, value)!;
}
