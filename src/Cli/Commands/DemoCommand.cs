using System.CommandLine;
using System.Net;
using System.Text;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Server;
using LucidSsh.Sftp;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary><c>lucid demo</c>: the whole main job with nothing else installed.</summary>
internal static class DemoCommand
{
    private const string User = "alice";
    private const int TraceLines = 12;

    public static Command Create()
    {
        Command command = new("demo", "Start a server in this process, log in with two factors, run a command, move a file.");
        command.SetGuardedAction((_, cancellationToken) => RunAsync(Console.Out, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(TextWriter output, CancellationToken cancellationToken)
    {
        string root = Directory.CreateTempSubdirectory("lucid-demo-").FullName;
        try
        {
            using PrivateKey hostKey = PrivateKey.Generate("ssh-ed25519");
            using PrivateKey userKey = PrivateKey.Generate("ssh-ed25519");
            string password = Convert.ToHexStringLower(RandomBytes(8));
            SimpleAuthenticator authenticator = new(AuthenticationMethods.Parse("publickey,password"));
            authenticator.AddUser(User, password, [new AuthorizedKey(userKey.PublicKey)]);
            SshServer server = SshServer.Start(new IPEndPoint(IPAddress.Loopback, 0), new SshServerOptions
            {
                HostKeys = [hostKey],
                Authenticator = authenticator,
                Commands = new DemoCommands(),
                Files = _ => new LocalFileSystem(root),
            });
            await using (server.ConfigureAwait(false))
            {
                output.WriteLine($"Server on {server.EndPoint}, host key {hostKey.PublicKey.Fingerprint}; it wants a key, then a password.");
                StringWriter trace = new();
                using TraceSink sink = TraceSink.ToWriter(trace, (TraceMask)511);
                SshClientOptions options = new()
                {
                    Credentials = [PrivateKeyCredential.FromKey(userKey), new PasswordCredential(password)],
                    HostKeys = HostKeyPolicy.Pinned(hostKey.PublicKey.Fingerprint),
                    Trace = sink,
                };
                SshClient client = await SshClient.ConnectAsync(new SshTarget(User, "127.0.0.1", server.EndPoint.Port), options, cancellationToken).ConfigureAwait(false);
                await using (client.ConfigureAwait(false))
                    await UseAsync(client, output, root, cancellationToken).ConfigureAwait(false);
                sink.Dispose();
                output.WriteLine($"The trace (mask 511) begins:");
                foreach (string line in trace.ToString().Split('\n').Take(TraceLines))
                    output.WriteLine("  " + line.TrimEnd());
            }

            output.WriteLine("Everything worked.");
            return ExitCode.Success;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task UseAsync(SshClient client, TextWriter output, string root, CancellationToken cancellationToken)
    {
        output.WriteLine($"Logged in as {User}:");
        foreach (LoginAttempt attempt in client.Login.Attempts)
            output.WriteLine($"  {attempt.Method}: {attempt.Credential}: {attempt.Outcome}");
        output.WriteLine("Agreed:");
        output.Write(client.Negotiation.ToText("  "));

        CommandResult greeting = await client.ExecuteAsync("greet", cancellationToken).ConfigureAwait(false);
        output.WriteLine($"Ran \"greet\": {greeting.Output.Trim()} ({greeting.Exit})");

        SftpClient sftp = await client.OpenSftpAsync(cancellationToken).ConfigureAwait(false);
        await using (sftp.ConfigureAwait(false))
        {
            string local = Path.Combine(root, "..", Path.GetFileName(root) + ".bin");
            string back = local + ".back";
            try
            {
                byte[] content = RandomBytes(4 * 1024 * 1024);
                await File.WriteAllBytesAsync(local, content, cancellationToken).ConfigureAwait(false);
                await sftp.UploadAsync(local, "/demo.bin", new TransferOptions(), cancellationToken).ConfigureAwait(false);
                await sftp.DownloadAsync("/demo.bin", back, new TransferOptions(), cancellationToken).ConfigureAwait(false);
                string sent = Fingerprint(content);
                string received = Fingerprint(await File.ReadAllBytesAsync(back, cancellationToken).ConfigureAwait(false));
                output.WriteLine($"Put and got {content.Length} bytes over SFTP: SHA-256 {sent[..16]}… and {received[..16]}…");
                if (sent != received)
                    throw new SshException(SshErrorCode.TransferFailed, SshFault.Peer, "The file came back changed.");
            }
            finally
            {
                File.Delete(local);
                File.Delete(back);
            }
        }
    }

    private static byte[] RandomBytes(int count)
    {
        byte[] bytes = new byte[count];
        SystemRandom.Shared.Fill(bytes);
        return bytes;
    }

    private static string Fingerprint(byte[] content) => Convert.ToHexStringLower(Hash.Digest(HashName.Sha256, content));

    /// <summary>A command that needs no process, so that the demo runs wherever .NET does.</summary>
    private sealed class DemoCommands : ICommandHandler
    {
        private const int NotFound = 127;

        public async Task<CommandExit> RunAsync(CommandContext command, CancellationToken cancellationToken)
        {
            if (command.Command != "greet")
            {
                await command.StandardError.WriteAsync(Encoding.UTF8.GetBytes($"there is no command \"{command.Command}\"\n"), cancellationToken).ConfigureAwait(false);
                return new CommandExit(NotFound);
            }

            await command.StandardOutput.WriteAsync(Encoding.UTF8.GetBytes($"Hello {command.User}, from a server without native code.\n"), cancellationToken).ConfigureAwait(false);
            return new CommandExit(0);
        }
    }
}
