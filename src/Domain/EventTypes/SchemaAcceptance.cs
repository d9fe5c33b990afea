namespace Flownally.Domain.EventTypes;

/// <summary>The reason why a version of a type's schema was accepted.</summary>
public enum SchemaAcceptance
{
    /// <summary>The type was created with the schema.</summary>
    Created,

    /// <summary>A proof shows that the schema accepts every payload that the previous version accepts.</summary>
    Proof,

    /// <summary>A scan found that every stored event fits the schema.</summary>
    Scan,
}
