using System.Runtime.InteropServices;
using System.Text.Json;
using Flownally.Domain.Events;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>A rule of a new schema that stored events break.</summary>
/// <param name="Pointer">RFC 6901 pointer to the rule in the new schema.</param>
/// <param name="Change">A sentence about the change of the rule.</param>
/// <param name="EventCount">The number of stored events that break the rule.</param>
/// <param name="EventIds">The earliest recorded of them, at most 5.</param>
public sealed record Incompatibility(string Pointer, string Change, long EventCount, IReadOnlyList<EventId> EventIds);

/// <param name="Payload">The payload as accepted. It is valid only during the call that receives it.</param>
public readonly record struct StoredPayload(EventId Id, JsonElement Payload);

/// <summary>Checks stored payloads against a new schema and collects the rules that they break.</summary>
public sealed class SchemaComparison(PayloadSchema @new)
{
    public const int MaxEventIds = 5;

    private readonly Dictionary<SchemaPlace, Breach> _broken = [];

    /// <summary>Whether all payloads so far were checked and fit the new schema.</summary>
    public bool IsCompatible => _broken.Count == 0 && TooComplex is null;

    /// <summary>The first event whose check took too much work; null if there is none.</summary>
    public EventId? TooComplex { get; private set; }

    /// <summary>Checks a stored payload.</summary>
    /// <returns>The work of the check.</returns>
    /// <exception cref="OperationCanceledException">The caller cancelled the check.</exception>
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

    /// <summary>Creates an empty comparison with the same schema, to merge later by <see cref="Add(SchemaComparison)"/>.</summary>
    public SchemaComparison CreateEmpty() => new(@new);

    /// <summary>Merges the results of another comparison.</summary>
    public void Add(SchemaComparison other)
    {
        TooComplex ??= other.TooComplex;
        foreach (var (rule, breach) in other._broken)
        {
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_broken, rule, out _);
            (known ??= new Breach()).Add(breach);
        }
    }

    /// <summary>The broken rules, at most <see cref="Error.MaxViolations"/>; the rule that most events break comes first.</summary>
    /// <param name="old">The schema that accepted the payloads; null for none.</param>
    public IReadOnlyList<Incompatibility> Against(PayloadSchema? old)
    {
        var before = old is null ? (JsonElement?)null : JsonElement.Parse(old.Utf8.Span);
        var after = JsonElement.Parse(@new.Utf8.Span);
        return [.. _broken
            .Select(rule => (Pointer: rule.Key.ToString(), Breach: rule.Value))
            .OrderByDescending(rule => rule.Breach.Count).ThenBy(rule => rule.Pointer, StringComparer.Ordinal)
            .Take(Error.MaxViolations)
            .Select(rule => new Incompatibility(FieldViolation.Cut(rule.Pointer, FieldViolation.MaxFieldLength),
                Change(before, after, rule.Pointer), rule.Breach.Count, [.. rule.Breach.First]))];
    }

    private static string Change(JsonElement? before, JsonElement after, string pointer)
    {
        const int MaxShown = 60;
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
            json.GetRawText() is { Length: <= MaxShown } text ? lead + text : "";
    }

    /// <summary>The events that break one rule. They can be added in any order.</summary>
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
