using Flownally.Application.Events;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Infrastructure.Recording;
using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Flownally.Api.Tests.Events;

/// <summary>A process whose clock is set.</summary>
public sealed class ClockTests
{
    [Test]
    public async Task After_a_clock_was_far_ahead_recording_goes_on_without_a_restart()
    {
        var (clock, tenant) = (new OffsetClock(), (await Service.NewWorkspaceAsync()).Tenant);
        await using var process = new ServiceCollection()
            .AddFlownally(new ConfigurationBuilder().Build(), Service.ConnectionString)
            .AddSingleton<TimeProvider>(clock)
            .BuildServiceProvider();
        await process.GetRequiredService<GroupCommitLog>().StartAsync(default);
        var before = await RecordAsync();
        clock.Offset = TimeSpan.FromDays(150);
        var ahead = await RecordAsync();
        clock.Offset = TimeSpan.Zero;
        var after = await RecordAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(before.IsSuccess);
            Assert.That(ahead.IsSuccess, Is.False, "No partition is made so far ahead.");
            Assert.That(after.IsSuccess);
            Assert.That((await RecordAsync()).Value.Event.Id.ToString(), Is.GreaterThan(after.Value.Event.Id.ToString()).Using((IComparer<string>)StringComparer.Ordinal));
        }

        Task<Result<RecordedEvent>> RecordAsync() => process.GetRequiredService<IMediator>().Send(new RecordEvent(
            Caller.Operator(tenant), ContactId.Parse("ctc_1"), new EventTypeReference(null, "signup.completed"), Payload.Empty));
    }

    private sealed class OffsetClock : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset;
    }
}
