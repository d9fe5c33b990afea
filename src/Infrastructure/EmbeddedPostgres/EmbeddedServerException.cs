namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>The embedded server cannot be used. The message contains the problem and its fix.</summary>
public sealed class EmbeddedServerException(string message) : Exception(message);

/// <summary>An operation needs an embedded database, and the data folder contains none.</summary>
public sealed class EmbeddedServerMissingException(string data)
    : Exception($"There is no embedded database in {data}; --data names its folder, and `flownally serve` makes one.");
