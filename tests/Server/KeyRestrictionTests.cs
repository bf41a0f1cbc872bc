using System.Net;
using System.Text;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Server;
using LucidSsh.Sftp;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Server;

/// <summary>What a key's options leave of a session, through a real connection.</summary>
public sealed class KeyRestrictionTests : IDisposable
{
    private static readonly PrivateKey Key = PrivateKey.Generate("ssh-ed25519");

    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingHandler _commands = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("command=\"report\"", "rm -rf /", "report", "rm -rf /")]
    [InlineData("", "date", "date", null)]
    [InlineData("command=\"\"", "date", "", "date")]
    public async Task Exec_RunsTheForcedCommand(string options, string asked, string run, string? original)
    {
        await using SshServer server = Serve(options);
        await using SshClient client = await ConnectAsync(server);
        await client.ExecuteAsync(asked);
        CommandContext command = Assert.Single(_commands.Seen);
        Assert.Equal((run, original), (command.Command, command.OriginalCommand));
        Assert.Equal(original, command.Environment.GetValueOrDefault("SSH_ORIGINAL_COMMAND"));
        Assert.Equal(Key.PublicKey, command.Login.Key!.Key);
    }

    [Fact]
    public async Task Subsystem_WithAForcedCommand_RunsThatAndNoSftp()
    {
        await using SshServer server = Serve("command=\"report\"");
        await using SshClient client = await ConnectAsync(server);
        await Assert.ThrowsAnyAsync<SshException>(async () => await client.OpenSftpAsync());
        CommandContext command = Assert.Single(_commands.Seen);
        Assert.Equal(("report", "internal-sftp"), (command.Command, command.OriginalCommand));
    }

    [Fact]
    public async Task InternalSftp_Forced_GivesSftpAndNothingElse()
    {
        await using SshServer server = Serve("command=\"internal-sftp\"");
        await using SshClient client = await ConnectAsync(server);
        await using (SftpClient sftp = await client.OpenSftpAsync())
            await sftp.MakeDirectoryAsync("/made");
        Assert.True(Directory.Exists(_directory["made"]));
        CommandResult refused = await client.ExecuteAsync("date");
        Assert.Equal((1, "This key is for SFTP only.\n"), (refused.Exit.Status, refused.Error));
        Assert.Empty(_commands.Seen);
    }

    [Fact]
    public async Task InternalSftp_ForcedWithArguments_IsRefusedRatherThanIgnored()
    {
        await using SshServer server = Serve("command=\"internal-sftp -R\""); // -R: read only
        await using SshClient client = await ConnectAsync(server);
        await Assert.ThrowsAnyAsync<SshException>(async () => await client.OpenSftpAsync());
        Assert.Contains("takes none", (await client.ExecuteAsync("date")).Error, StringComparison.Ordinal);
        Assert.Empty(_commands.Seen);
    }

    [Fact]
    public async Task Certificate_WithForceCommand_RunsThat()
    {
        using PrivateKey authority = PrivateKey.Generate("ssh-ed25519");
        Certificate certificate = new CertificateRequest(Key.PublicKey, CertificateKind.User) { Principals = ["alice"], ForceCommand = "report" }.Sign(authority);
        SimpleAuthenticator authenticator = new() { Authorities = [authority.PublicKey] };
        authenticator.AddUser("alice", null);
        await using SshServer server = Serve("", options => options with { Authenticator = authenticator });
        await using SshClient client = await SshClient.ConnectAsync(
            new SshTarget("alice", "127.0.0.1", server.EndPoint.Port),
            new SshClientOptions { HostKeys = HostKeyPolicy.InsecureAcceptAny(), Credentials = [PrivateKeyCredential.FromKey(Key, certificate)] });
        await client.ExecuteAsync("date");
        CommandContext command = Assert.Single(_commands.Seen);
        Assert.Equal(("report", "date"), (command.Command, command.OriginalCommand));
        Assert.Equal(certificate, command.Login.Key!.Certificate);
    }

    [Fact]
    public async Task Environment_OfClientAndKey_IsSetWhereItsNameIsLetThrough()
    {
        await using SshServer server = Serve(
            "environment=\"LC_KEY=key\",environment=\"DEPLOY=1\",environment=\"LD_PRELOAD=x\",environment=\"LANG=C\"",
            options => options with { PermitKeyEnvironment = ["DEPLOY", "LANG"] });
        await using SshClient client = await ConnectAsync(server);
        await client.ExecuteAsync("env", new CommandOptions
        {
            Environment = new Dictionary<string, string> { ["LANG"] = "de_DE", ["LC_TIME"] = "C", ["lc_time"] = "D", ["LD_PRELOAD"] = "y", ["SSH_ORIGINAL_COMMAND"] = "z" },
        });
        Assert.Equal(
            ["DEPLOY=1", "LANG=C", "LC_TIME=C"],
            Assert.Single(_commands.Seen).Environment.Select(variable => $"{variable.Key}={variable.Value}").Order(StringComparer.Ordinal).ToArray());
    }

    private SshServer Serve(string keyOptions, Func<SshServerOptions, SshServerOptions>? change = null)
    {
        SimpleAuthenticator authenticator = new();
        authenticator.AddUser("alice", null, [new AuthorizedKey(Key.PublicKey) { Restrictions = keyOptions.Length == 0 ? KeyRestrictions.None : KeyRestrictions.Parse(keyOptions) }]);
        SshServerOptions options = new()
        {
            HostKeys = [TransportPair.HostKey],
            Authenticator = authenticator,
            Commands = _commands,
            Files = _ => new LocalFileSystem(_directory.Path),
        };
        return SshServer.Start(new IPEndPoint(IPAddress.Loopback, 0), change is null ? options : change(options));
    }

    private static Task<SshClient> ConnectAsync(SshServer server) => SshClient.ConnectAsync(
        new SshTarget("alice", "127.0.0.1", server.EndPoint.Port),
        new SshClientOptions { HostKeys = HostKeyPolicy.InsecureAcceptAny(), Credentials = [PrivateKeyCredential.FromKey(Key)] });

    private sealed class RecordingHandler : ICommandHandler
    {
        public List<CommandContext> Seen { get; } = [];

        public async Task<CommandExit> RunAsync(CommandContext command, CancellationToken cancellationToken)
        {
            lock (Seen)
                Seen.Add(command);
            await command.StandardOutput.WriteAsync(Encoding.UTF8.GetBytes("done\n"), cancellationToken);
            return new CommandExit(0);
        }
    }
}
