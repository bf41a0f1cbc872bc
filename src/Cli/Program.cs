using System.CommandLine;
using LucidSsh.Cli;

ParseResult arguments = LucidCommand.Create().Parse(args);
int status = await arguments.InvokeAsync(new() { EnableDefaultExceptionHandler = false });
return arguments.Errors.Count > 0 ? ExitCode.Usage : status;
