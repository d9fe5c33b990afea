using System.Diagnostics.CodeAnalysis;

namespace Flownally.Domain;

/// <summary>
/// The result of a use case: a value, or the <see cref="Domain.Error"/> that refuses the request.
/// Expected failures are returned this way. An exception is a bug or an outage.
/// </summary>
public sealed class Result<T> : IResult<Result<T>>
{
    private readonly T? _value;

    private Result(T? value, Error? error) => (_value, Error) = (value, error);

    /// <summary>The reason for the refusal, or null on success.</summary>
    public Error? Error { get; }

    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSuccess => Error is null;

    /// <exception cref="InvalidOperationException">The result is an error.</exception>
    public T Value => IsSuccess ? _value! : throw new InvalidOperationException($"Refused: {Error.Code}.");

    public TOut Match<TOut>(Func<T, TOut> success, Func<Error, TOut> failure) =>
        IsSuccess ? success(_value!) : failure(Error);

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Error error) => new(default, error);

    static Result<T> IResult<Result<T>>.Refused(Error error) => error;
}

/// <summary>Lets generic code, such as a pipeline behaviour, create a result from an error.</summary>
public interface IResult<out TSelf> where TSelf : IResult<TSelf>
{
    static abstract TSelf Refused(Error error);
}
