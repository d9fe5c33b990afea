using Flownally.Api.CommandLine;

Scheduling.NeverInterrupt();
return await FlownallyCommand.RunAsync(args);
