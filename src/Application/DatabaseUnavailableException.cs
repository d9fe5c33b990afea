namespace Flownally.Application;

/// <summary>
/// The database is unreachable or too slow. It may or may not have stored the data that were being written;
/// a retry with the same idempotency key finds out.
/// </summary>
public sealed class DatabaseUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
