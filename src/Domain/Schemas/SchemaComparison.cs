using System.Runtime.InteropServices;
using System.Text.Json;
using Flownally.Domain.Events;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>One rule of a new schema that stored events break.</summary>
/// <param name="Pointer">RFC 6901 pointer to the rule in the new schema.</param>
/// <param name="Change">What became of the rule, in a sentence.</param>
/// <param name="EventCount">How many stored events break it.</param>
/// <param name="EventIds">The first of them that were recorded, at most 5.</param>
public sealed record Incompatibility(string Pointer, string Change, long EventCount, IReadOnlyList<EventId> EventIds);

/// <param name="Payload">As it was accepted; good for the moment in which it is shown, not to be kept.</param>
public readonly record struct StoredPayload(EventId Id, JsonElement Payload);

/// <summary>Holds stored payloads against a new schema and adds up what they break.</summary>
public sealed class SchemaComparison(PayloadSchema @new)
{
    public const int MaxEventIds = 5;

    private readonly Dictionary<SchemaPlace, Breach> _broken = [];

    /// <summary>True until a payload breaks the new schema, or cannot be checked under it.</summary>
    public bool IsCompatible => _broken.Count == 0 && TooComplex is null;

    /// <summary>The first payload that was seen to take too much work under the new schema; null where all could be checked.</summary>
    public EventId? TooComplex { get; private set; }

    /// <summary>Takes a stored payload into account.</summary>
    /// <returns>The work that it took.</returns>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public long Add(StoredPayload stored, CancellationToken cancellationToken = default)
    {
        var work = new Work(Work.PerPayload, cancellationToken);
        var verdict = @new.Check(stored.Payload, work);
        if (verdict.IsTooComplex)
        {
            TooComplex ??= stored.Id;
            return work.Spent;
        }

        foreach (var rule in verdict.Faults.Select(fault => fault.Rule!).Distinct())
        {
            ref var breach = ref CollectionsMarshal.GetValueRefOrAddDefault(_broken, rule, out _);
            (breach ??= new Breach()).Add(stored.Id);
        }

        return work.Spent;
    }

    /// <summary>Another comparison with the same schema, of which <see cref="Add(SchemaComparison)"/> can take what it finds.</summary>
    public SchemaComparison CreateEmpty() => new(@new);

    /// <summary>Takes over what another comparison has found.</summary>
    public void Add(SchemaComparison other)
    {
        TooComplex ??= other.TooComplex;
        foreach (var (rule, breach) in other._broken)
        {
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_broken, rule, out _);
            (known ??= new Breach()).Add(breach);
        }
    }

    /// <summary>What was broken, those rules first that most events break; at most <see cref="Error.MaxViolations"/>.</summary>
    /// <param name="old">The schema that the payloads were accepted under; null for none.</param>
    public IReadOnlyList<Incompatibility> Against(PayloadSchema? old)
    {
        var before = old is null ? (JsonElement?)null : JsonElement.Parse(old.Utf8.Span);
        var after = JsonElement.Parse(@new.Utf8.Span);
        return [.. _broken
            .Select(rule => (Pointer: rule.Key.ToString(), Breach: rule.Value))
            .OrderByDescending(rule => rule.Breach.Count).ThenBy(rule => rule.Pointer, StringComparer.Ordinal)
            .Take(Error.MaxViolations)
            .Select(rule => new Incompatibility(FieldViolation.Cut(rule.Pointer, FieldViolation.MaxFieldLength), Change(before, after, rule.Pointer),
                rule.Breach.Count, [.. rule.Breach.First]))];
    }

    private static string Change(JsonElement? before, JsonElement after, string pointer)
    {
        const int LongestShown = 60;
        var was = before is { } root ? JsonPointer.Find(root, pointer) : null;
        var becomes = JsonPointer.Find(after, pointer);
        return (was, becomes) switch
        {
            (null, { } rule) => $"The rule was added{Show(": ", rule)}.",
            ({ } rule, { } next) when !JsonElement.DeepEquals(rule, next) =>
                $"The rule was changed{Show(" from ", rule)}{Show(" to ", next)}.",
            _ => "The rule is as before; what leads to it has changed.",
        };

        static string Show(string lead, JsonElement json) =>
            json.GetRawText() is { Length: <= LongestShown } text ? lead + text : "";
    }

    /// <summary>The events that break one rule, in whatever order they come.</summary>
    private sealed class Breach
    {
        public long Count { get; private set; }

        public SortedSet<EventId> First { get; } = new(Comparer<EventId>.Create((left, right) => left.Value.CompareTo(right.Value)));

        public void Add(EventId id)
        {
            Count++;
            Keep(id);
        }

        public void Add(Breach other)
        {
            Count += other.Count;
            foreach (var id in other.First)
            {
                Keep(id);
            }
        }

        private void Keep(EventId id)
        {
            First.Add(id);
            if (First.Count > MaxEventIds)
            {
                First.Remove(First.Max);
            }
        }
    }
}
