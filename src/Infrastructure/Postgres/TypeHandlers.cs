using System.Data;
using Dapper;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Journeys;
using Flownally.Domain.Json;
using Flownally.Domain.Tenants;

namespace Flownally.Infrastructure.Postgres;

/// <summary>Converts columns to domain types. Parameters must be plain values.</summary>
internal static class TypeHandlers
{
    public static void Register()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        Read((Guid value) => new TenantId(value));
        Read((Guid value) => new ApiKeyId(value));
        Read((Guid value) => new EventTypeId(value));
        Read((Guid value) => new EventId(value));
        Read((Guid value) => new JourneyId(value));
        Read((Guid value) => new JourneyEntryId(value));
        Read((string value) => ContactId.Stored(value));
        Read((string value) => EventTypeName.Parse(value));
        Read((string value) => JourneyName.Parse(value));
        Read((string value) => TargetUrl.Parse(value));
        Read((string value) => WebhookSecret.Parse(value));
        Read((string[] value) => (IReadOnlyList<string>)value);
        Read((string value) => RawJson.FromText(value));
    }

    private static void Read<TColumn, TValue>(Func<TColumn, TValue> read) => SqlMapper.AddTypeHandler(new Handler<TColumn, TValue>(read));

    private sealed class Handler<TColumn, TValue>(Func<TColumn, TValue> read) : SqlMapper.TypeHandler<TValue>
    {
        public override TValue Parse(object value) => read((TColumn)value);

        public override void SetValue(IDbDataParameter parameter, TValue? value) =>
            throw new NotSupportedException($"Pass {typeof(TValue).Name} as a plain value.");
    }
}
