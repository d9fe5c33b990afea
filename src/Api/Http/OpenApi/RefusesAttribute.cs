using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;

namespace Flownally.Api.Http.OpenApi;

/// <summary>Names the errors that an operation can answer with, besides those that every operation can.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal class RefusesAttribute(params Type[] errors) : Attribute
{
    public IReadOnlyList<Type> Errors { get; } = errors;
}

/// <summary>The errors of both operations that record. The event of a replay may be gone with its month.</summary>
internal sealed class RefusesRecordingAttribute() : RefusesAttribute(typeof(ContactNotFound), typeof(EventNotFound), typeof(EventTypeUnknown), typeof(PayloadInvalid),
    typeof(PayloadTooLarge), typeof(IdempotencyKeyExists), typeof(IdempotencyKeyReused), typeof(IdempotencyKeyConflict));
