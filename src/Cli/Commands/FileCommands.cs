using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using LucidSsh.Client;
using LucidSsh.Sftp;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary>The SFTP subcommands: ls, get, put, rm, mkdir, mv, stat.</summary>
internal static class FileCommands
{
    public static IEnumerable<Command> Create() => [List(), Get(), Put(), Remove(), MakeDirectory(), Move(), Stat()];

    private static Command List()
    {
        Argument<string> path = new("path") { Description = "the directory", DefaultValueFactory = _ => "." };
        Option<bool> json = JsonOutput.Option();
        return Sftp("ls", "List a directory.", [path], [json], async (sftp, arguments, cancellationToken) =>
        {
            List<SftpEntry> entries = [];
            await foreach (SftpEntry entry in sftp.ListAsync(arguments.GetRequiredValue(path), cancellationToken).ConfigureAwait(false))
                entries.Add(entry);
            entries.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
            if (arguments.GetValue(json))
                JsonOutput.Write(new JsonArray([.. entries.Select(entry => ToJson(entry.Name, entry.Attributes))]));
            else
                entries.ForEach(entry => Console.WriteLine(Line(entry)));
        });
    }

    private static Command Get()
    {
        Argument<string> remote = new("remote") { Description = "the remote file" };
        Argument<string?> local = new("local") { Description = "the local file or directory", Arity = ArgumentArity.ZeroOrOne };
        TransferArguments transfer = new();
        return Sftp("get", "Get a file, or with -r a directory.", [remote, local], transfer.Options, async (sftp, arguments, cancellationToken) =>
        {
            string from = arguments.GetRequiredValue(remote);
            string name = from.TrimEnd('/') is var trimmed ? trimmed[(trimmed.LastIndexOf('/') + 1)..] : from;
            string to = arguments.GetValue(local) ?? name;
            if (Directory.Exists(to) && !arguments.GetValue(transfer.Recursive))
                to = Path.Combine(to, name);
            await transfer.RunAsync(arguments, name, async options => arguments.GetValue(transfer.Recursive)
                ? (await sftp.DownloadTreeAsync(from, to, options, cancellationToken).ConfigureAwait(false)).Bytes
                : await sftp.DownloadAsync(from, to, options, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        });
    }

    private static Command Put()
    {
        Argument<string> local = new("local") { Description = "the local file" };
        Argument<string?> remote = new("remote") { Description = "the remote file or directory", Arity = ArgumentArity.ZeroOrOne };
        TransferArguments transfer = new();
        return Sftp("put", "Put a file, or with -r a directory.", [local, remote], transfer.Options, async (sftp, arguments, cancellationToken) =>
        {
            string from = arguments.GetRequiredValue(local);
            string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(from)));
            string to = arguments.GetValue(remote) ?? name;
            if (!arguments.GetValue(transfer.Recursive) && await IsDirectoryAsync(sftp, to, cancellationToken).ConfigureAwait(false))
                to = $"{to.TrimEnd('/')}/{name}";
            await transfer.RunAsync(arguments, name, async options => arguments.GetValue(transfer.Recursive)
                ? (await sftp.UploadTreeAsync(from, to, options, cancellationToken).ConfigureAwait(false)).Bytes
                : await sftp.UploadAsync(from, to, options, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        });
    }

    private static Command Remove()
    {
        Argument<string> path = new("path") { Description = "the file" };
        Option<bool> recursive = new("-r") { Description = "remove a directory with everything in it" };
        return Sftp("rm", "Remove a file.", [path], [recursive], (sftp, arguments, cancellationToken) => arguments.GetValue(recursive)
            ? RemoveTreeAsync(sftp, arguments.GetRequiredValue(path), cancellationToken)
            : sftp.RemoveFileAsync(arguments.GetRequiredValue(path), cancellationToken));
    }

    private static Command MakeDirectory()
    {
        Argument<string> path = new("path") { Description = "the directory" };
        return Sftp("mkdir", "Make a directory.", [path], [], (sftp, arguments, cancellationToken) =>
            sftp.MakeDirectoryAsync(arguments.GetRequiredValue(path), null, cancellationToken));
    }

    private static Command Move()
    {
        Argument<string> oldPath = new("old") { Description = "the path it has" };
        Argument<string> newPath = new("new") { Description = "the path it gets" };
        Option<bool> force = new("-f") { Description = "replace what is there" };
        return Sftp("mv", "Rename a file or directory.", [oldPath, newPath], [force], (sftp, arguments, cancellationToken) =>
            sftp.RenameAsync(arguments.GetRequiredValue(oldPath), arguments.GetRequiredValue(newPath), arguments.GetValue(force), cancellationToken));
    }

    private static Command Stat()
    {
        Argument<string> path = new("path") { Description = "the file" };
        Option<bool> json = JsonOutput.Option();
        return Sftp("stat", "Show a file's attributes.", [path], [json], async (sftp, arguments, cancellationToken) =>
        {
            string name = arguments.GetRequiredValue(path);
            SftpAttributes attributes = await sftp.StatAsync(name, cancellationToken).ConfigureAwait(false);
            if (arguments.GetValue(json))
            {
                JsonOutput.Write(ToJson(name, attributes));
                return;
            }

            Console.WriteLine($"{name}: {attributes.Type}, {attributes.Size} bytes, mode {Octal(attributes.Permissions)}, owner {attributes.UserId}:{attributes.GroupId}");
            Console.WriteLine($"  modified {attributes.ModifyTime:u}, accessed {attributes.AccessTime:u}");
        });
    }

    private static Command Sftp(
        string name, string description, Argument[] own, Option[] options, Func<SftpClient, ParseResult, CancellationToken, Task> run)
    {
        ConnectionArguments connection = new();
        Command command = new(name, description);
        connection.AddTo(command);
        foreach (Argument argument in own)
            command.Add(argument);
        foreach (Option option in options)
            command.Add(option);
        command.SetGuardedAction(async (arguments, cancellationToken) =>
        {
            using ConnectionArguments owned = connection;
            SshClient client = await connection.ConnectAsync(arguments, cancellationToken).ConfigureAwait(false);
            await using (client.ConfigureAwait(false))
            {
                SftpClient sftp = await client.OpenSftpAsync(cancellationToken).ConfigureAwait(false);
                await using (sftp.ConfigureAwait(false))
                    await run(sftp, arguments, cancellationToken).ConfigureAwait(false);
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static async Task RemoveTreeAsync(SftpClient sftp, string path, CancellationToken cancellationToken)
    {
        if (!(await sftp.LStatAsync(path, cancellationToken).ConfigureAwait(false)).IsDirectory)
        {
            await sftp.RemoveFileAsync(path, cancellationToken).ConfigureAwait(false);
            return;
        }

        await foreach (SftpEntry entry in sftp.ListAsync(path, cancellationToken).ConfigureAwait(false))
            await RemoveTreeAsync(sftp, $"{path.TrimEnd('/')}/{entry.Name}", cancellationToken).ConfigureAwait(false);
        await sftp.RemoveDirectoryAsync(path, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> IsDirectoryAsync(SftpClient sftp, string path, CancellationToken cancellationToken)
    {
        try
        {
            return (await sftp.StatAsync(path, cancellationToken).ConfigureAwait(false)).IsDirectory;
        }
        catch (SftpException exception) when (exception.Code == SshErrorCode.SftpStatus)
        {
            return false;
        }
    }

    private static string Line(SftpEntry entry) =>
        $"{TypeLetter(entry.Attributes.Type)}{Octal(entry.Attributes.Permissions)} {entry.Attributes.Size,12} {entry.Attributes.ModifyTime:yyyy-MM-dd HH:mm} {Escape(entry.Name)}";

    // A name from a server may hold control characters that would drive the terminal.
    private static string Escape(string name) => string.Concat(name.Select(c => char.IsControl(c) ? $"\\x{(int)c:x2}" : c.ToString()));

    private static char TypeLetter(SftpFileType type) => type switch
    {
        SftpFileType.Directory => 'd',
        SftpFileType.SymbolicLink => 'l',
        SftpFileType.CharacterDevice => 'c',
        SftpFileType.BlockDevice => 'b',
        SftpFileType.Fifo => 'p',
        SftpFileType.Socket => 's',
        SftpFileType.Unknown => '?',
        _ => '-',
    };

    private static string Octal(uint? permissions) => permissions is { } bits ? Convert.ToString(bits, 8).PadLeft(4, '0') : "????";

    private static JsonObject ToJson(string name, SftpAttributes attributes) => new()
    {
        ["name"] = name,
        ["type"] = attributes.Type.ToString(),
        ["size"] = attributes.Size,
        ["permissions"] = attributes.Permissions is null ? null : Octal(attributes.Permissions),
        ["userId"] = attributes.UserId,
        ["groupId"] = attributes.GroupId,
        ["modified"] = attributes.ModifyTime?.ToString("O", CultureInfo.InvariantCulture),
        ["accessed"] = attributes.AccessTime?.ToString("O", CultureInfo.InvariantCulture),
    };
}
