namespace Flownally.Domain;

/// <summary>
/// A member of a merge patch (RFC 7396). Absent keeps the current value, null clears it, and any other value replaces it.
/// </summary>
public readonly record struct Optional<T> where T : class
{
    public Optional(T? value) => (IsPresent, Value) = (true, value);

    public bool IsPresent { get; }

    /// <summary>Null if the member is null or absent.</summary>
    public T? Value { get; }

    /// <summary>Applies the member to the current value.</summary>
    public T? Or(T? current) => IsPresent ? Value : current;

    /// <summary>Converts the value, if there is one.</summary>
    public Optional<TOther> Then<TOther>(Func<T, TOther> convert) where TOther : class =>
        IsPresent ? new Optional<TOther>(Value is null ? null : convert(Value)) : default;

    public static implicit operator Optional<T>(T? value) => new(value);
}

/// <summary>For code that knows the type of a member only at run time.</summary>
public static class Optional
{
    /// <returns>T for <see cref="Optional{T}"/>; null for any other type.</returns>
    public static Type? ValueType(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>) ? type.GetGenericArguments()[0] : null;

    /// <summary>Creates a member that is present.</summary>
    public static object Of(Type type, object? value) => Activator.CreateInstance(type, value)!;
}
