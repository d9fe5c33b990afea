namespace Flownally.Domain.EventTypes;

/// <summary>Why a schema could become that of a type.</summary>
public enum SchemaAcceptance
{
    /// <summary>The type began with it.</summary>
    Created,

    /// <summary>It accepts all that the schema before it accepts.</summary>
    Proof,

    /// <summary>Every stored event was found to fit it.</summary>
    Scan,
}
