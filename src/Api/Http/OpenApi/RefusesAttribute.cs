using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;

namespace Flownally.Api.Http.OpenApi;

/// <summary>Names the errors of an operation, in addition to those of every operation.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal class RefusesAttribute(params Type[] errors) : Attribute
{
    public IReadOnlyList<Type> Errors { get; } = errors;
}

/// <summary>The errors of both recording operations. EventNotFound: retention may have dropped the event of a replay.</summary>
internal sealed class RefusesRecordingAttribute() : RefusesAttribute(
    typeof(ContactNotFound), typeof(EventNotFound), typeof(EventTypeUnknown), typeof(PayloadInvalid), typeof(PayloadTooLarge),
    typeof(IdempotencyKeyExists), typeof(IdempotencyKeyReused), typeof(IdempotencyKeyConflict));
