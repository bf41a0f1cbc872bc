using System.CommandLine;
using System.Net;
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
        Option<string[]> hostKeys = new("--host-key") { Description = "a host key file; without one a key is made for this run", HelpName = "FILE" };
        Option<string[]> hostCertificates = new("--host-certificate") { Description = "a certificate of a host key", HelpName = "FILE" };
        ServeLogin login = new();
        Option<string?> trace = new("--trace") { Description = "trace events of this mask, to standard error or a file", HelpName = "MASK[:FILE]" };
        Option<string> traceFormat = new("--trace-format") { Description = "text or jsonl", HelpName = "FORMAT", DefaultValueFactory = _ => "text" };

        Command command = new("serve", "Serve SSH and SFTP.") { port, listen, root, readOnly, commands, hostKeys, hostCertificates, trace, traceFormat };
        foreach (Option option in login.Options)
            command.Add(option);
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
                HostCertificates = [.. (arguments.GetValue(hostCertificates) ?? []).Select(Certificate.ReadFile)],
                Authenticator = login.CreateAuthenticator(arguments),
                Login = login.ReadOptions(arguments),
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
}
