namespace Flownally.Application;

/// <summary>
/// The database cannot be reached, or not in time. What was being written may or may not be stored;
/// repeating the call under its idempotency key finds out.
/// </summary>
public sealed class DatabaseUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
