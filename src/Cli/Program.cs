using LucidSsh.Cli;

return await LucidCommand.Create().Parse(args).InvokeAsync(new() { EnableDefaultExceptionHandler = false });
