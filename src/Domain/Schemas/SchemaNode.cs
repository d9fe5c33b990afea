using System.Text.Json;

namespace Flownally.Domain.Schemas;

/// <summary>A compiled schema or subschema: all its keywords must hold. None means that anything passes.</summary>
internal sealed record SchemaNode(IReadOnlyList<Keyword> Keywords)
{
    public bool AllowsObjects => Keywords.All(keyword => keyword.AllowsObjects);

    public void Validate(JsonElement instance, Evaluation evaluation)
    {
        foreach (var keyword in Keywords)
        {
            keyword.Validate(instance, evaluation);
        }
    }
}

/// <summary>One rule of a schema, with the values that it was given.</summary>
/// <param name="SchemaPointer">Where it stands in the schema.</param>
internal abstract record Keyword(string SchemaPointer)
{
    /// <summary>False where the rule alone keeps out every object.</summary>
    public virtual bool AllowsObjects => true;

    public abstract void Validate(JsonElement instance, Evaluation evaluation);
}

/// <summary>The schema <c>false</c> (JSON Schema Core §4.3.2).</summary>
internal sealed record NothingKeyword(string SchemaPointer) : Keyword(SchemaPointer)
{
    public override bool AllowsObjects => false;

    public override void Validate(JsonElement instance, Evaluation evaluation) =>
        evaluation.Fault(this, "notAllowed", "Nothing may stand here.");
}
