namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>The embedded server cannot be used. The message says what is wrong and how to mend it.</summary>
public sealed class EmbeddedServerException(string message) : Exception(message);

/// <summary>A data folder holds no embedded database, and the work needs one.</summary>
public sealed class EmbeddedServerMissingException(string data)
    : Exception($"There is no embedded database in {data}; --data names its folder, and `flownally serve` makes one.");
