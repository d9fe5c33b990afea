using Flownally.Api.CommandLine;

return await FlownallyCommand.RunAsync(args);
