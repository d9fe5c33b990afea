// Records a purchase and reads the timeline back: dotnet run -- http://127.0.0.1:5080 "$(cat .flownally/demo-key)"
using Flownally.Client;

var flownally = FlownallyClient.Create(new Uri(args[0]), apiKey: args[1]);

var recorded = await flownally.RecordAsync("ctc_1001", "order.paid", new Order("A-1001", 129.90m, "EUR"));
Console.WriteLine($"Recorded {recorded.Id}");

await foreach (var @event in flownally.EnumerateContactEventsAsync("ctc_1001", recorded.EventTypeId))
{
    Console.WriteLine($"{@event.OccurredAt:u} {@event.EventTypeName}: {@event.PayloadAs<Order>()?.Total}");
}

try
{
    await flownally.RecordAsync("ctc_1001", "order.paid", new { total = "much" });
}
catch (FlownallyException refusal) when (refusal.Problem?.Code == "payloadInvalid")
{
    Console.WriteLine(string.Join('\n', refusal.Problem.Errors!.Select(fault => $"{fault.Field}: {fault.Message}")));
}

internal sealed record Order(string OrderId, decimal Total, string Currency);
