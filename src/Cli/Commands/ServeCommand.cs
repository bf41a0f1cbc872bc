using System.CommandLine;
using System.Net;
using LucidSsh.Auth;
using LucidSsh.Crypto;
using LucidSsh.Server;
using LucidSsh.Sftp;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary><c>lucid serve</c>: the embedded server, for this machine and for tests of other clients.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        Option<int> port = new("--port") { Description = "the port; 0 lets the system choose", HelpName = "PORT", DefaultValueFactory = _ => 2222 };
        Option<string> listen = new("--listen") { Description = "the address", HelpName = "ADDRESS", DefaultValueFactory = _ => "127.0.0.1" };
        Option<string?> root = new("--root") { Description = "the directory SFTP users see as /; without it there is no SFTP", HelpName = "DIR" };
        Option<bool> readOnly = new("--read-only") { Description = "SFTP users may only read" };
        Option<bool> commands = new("--commands") { Description = "run clients' commands as this user, through the shell" };
        Option<string[]> users = new("--user") { Description = "a user and its password; NAME alone logs in by key", HelpName = "NAME[:PASSWORD]" };
        Option<string?> authorizedKeys = new("--authorized-keys") { Description = "keys that log every user in", HelpName = "FILE" };
        Option<string[]> hostKeys = new("--host-key") { Description = "a host key file; without one a key is made for this run", HelpName = "FILE" };
        Option<string?> require = new("--require") { Description = "methods that are all required, in this order", HelpName = "METHOD,METHOD" };
        Option<string?> trace = new("--trace") { Description = "trace events of this mask, to standard error or a file", HelpName = "MASK[:FILE]" };
        Option<string> traceFormat = new("--trace-format") { Description = "text or jsonl", HelpName = "FORMAT", DefaultValueFactory = _ => "text" };

        Command command = new("serve", "Serve SSH and SFTP.") { port, listen, root, readOnly, commands, users, authorizedKeys, hostKeys, require, trace, traceFormat };
        command.SetGuardedAction(async (arguments, cancellationToken) =>
        {
            if (!IPAddress.TryParse(arguments.GetRequiredValue(listen), out IPAddress? address))
                throw new LocalMisuseException(SshErrorCode.Misuse, $"\"{arguments.GetValue(listen)}\" is no address.");
            PrivateKey[] keys = [.. (arguments.GetValue(hostKeys) ?? []).Select(file => KeyFile.ReadPrivate(file))];
            if (keys.Length == 0)
                keys = [PrivateKey.Generate("ssh-ed25519")];
            string? directory = arguments.GetValue(root);
            using TraceSink? sink = arguments.GetValue(trace) is { } mask ? TraceArgument.Open(mask, arguments.GetRequiredValue(traceFormat)) : null;
            SshServer server = SshServer.Start(new IPEndPoint(address, arguments.GetValue(port)), new SshServerOptions
            {
                HostKeys = [.. keys],
                Authenticator = CreateAuthenticator(arguments.GetValue(users) ?? [], arguments.GetValue(authorizedKeys), arguments.GetValue(require)),
                Commands = arguments.GetValue(commands) ? new ProcessCommandHandler(directory) : null,
                Files = directory is null ? null : _ => new LocalFileSystem(directory, arguments.GetValue(readOnly)),
                Trace = sink,
            });
            await using (server.ConfigureAwait(false))
            {
                Console.WriteLine($"Listening on {server.EndPoint}.");
                foreach (PrivateKey key in keys)
                    Console.WriteLine($"Host key {key.PublicKey.Type} {key.PublicKey.Fingerprint}");
                try
                {
                    await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    Console.WriteLine("Stopping.");
                }
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static SimpleAuthenticator CreateAuthenticator(string[] users, string? authorizedKeys, string? require)
    {
        SimpleAuthenticator authenticator = new(require is null ? null : AuthenticationMethods.Parse(require));
        AuthorizedKeys? file = authorizedKeys is null ? null : AuthorizedKeys.ReadFile(authorizedKeys);
        foreach (RefusedLine line in file?.Refused ?? [])
            Console.Error.WriteLine(line.Reason);
        foreach (string user in users)
        {
            int colon = user.IndexOf(':', StringComparison.Ordinal);
            authenticator.AddUser(colon < 0 ? user : user[..colon], colon < 0 ? null : user[(colon + 1)..], file?.Keys);
        }

        return authenticator;
    }
}
