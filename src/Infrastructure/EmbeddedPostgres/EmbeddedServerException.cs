namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>The embedded server cannot be used. The message says what is wrong and how to mend it.</summary>
public sealed class EmbeddedServerException(string message) : Exception(message);
