using Flownally.Api.CommandLine;
using Flownally.Infrastructure;

Scheduling.NeverInterrupt();
return await FlownallyCommand.RunAsync(args);
