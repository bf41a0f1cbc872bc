using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Sftp;
using LucidSsh.Tests.Harness;
using LucidSsh.Tests.Interop;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Symptoms;

/// <summary>What goes wrong after the login: connections that end, commands and files that are refused.</summary>
[Trait("Peer", "OpenSsh")]
public class SessionSymptoms(OpenSshServer fixture) : IClassFixture<OpenSshServer>
{
    private SshdServer Server => fixture.Server;

    private Task<SshClient> ConnectAsync(int port, Func<SshClientOptions, SshClientOptions>? change = null)
    {
        SshClientOptions options = new()
        {
            Credentials = [PrivateKeyCredential.FromFile(Server.UserKey)],
            HostKeys = HostKeyPolicy.InsecureAcceptAny(),
        };
        return SshClient.ConnectAsync(new SshTarget(TestAccount.Name, "127.0.0.1", port), change is null ? options : change(options));
    }

    [Theory]
    [InlineData(1, false, "The server closed the connection without saying why")]
    [InlineData(2, true, "reset the connection")]
    public async Task ConnectionCut_WhileACommandRuns_SaysWhoAndAfterHowMuchSilence(int number, bool reset, string expected)
    {
        using Relay relay = LoopbackScript.Relay(Server.Port);
        await using SshClient client = await ConnectAsync(relay.Port);
        Task<CommandResult> running = client.ExecuteAsync("echo begun; exec sleep 60");
        await Task.Delay(200);
        if (reset)
            relay.Reset();
        else
            relay.Close();
        SshException failure = await Assert.ThrowsAnyAsync<SshException>(() => running.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(SshErrorCode.ConnectionLost, failure.Code);
        Assert.Contains(expected, failure.Sentence, StringComparison.Ordinal);
        Assert.Contains("seconds after its last bytes", failure.Sentence, StringComparison.Ordinal);
        SymptomTable.Says($"D{number}", "A long, silent command: the session closes, and nobody says who closed it", reset ? "a connection that is reset" : "a connection that is closed without DISCONNECT", failure);
    }

    [Fact]
    public async Task KeepAlive_Unanswered_SaysForHowLong()
    {
        using Relay relay = LoopbackScript.Relay(Server.Port);
        await using SshClient client = await ConnectAsync(relay.Port, options => options with { KeepAliveInterval = TimeSpan.FromMilliseconds(200), KeepAliveCount = 2 });
        Task<CommandResult> running = client.ExecuteAsync("exec sleep 60");
        await Task.Delay(200);
        relay.Freeze();
        SshException failure = await Assert.ThrowsAnyAsync<SshException>(() => running.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(SshErrorCode.KeepAliveLost, failure.Code);
        SymptomTable.Says("D3", "A command hangs for ever behind a firewall that forgot the connection", "a network that lets nothing pass any more, and keepalive messages", failure);
    }

    [Fact]
    public async Task LocalClose_IsTheCallersOwn()
    {
        SshClient client = await ConnectAsync(Server.Port);
        Task<CommandResult> running = client.ExecuteAsync("exec sleep 60");
        await Task.Delay(200);
        await client.DisposeAsync();
        SshException failure = await Assert.ThrowsAnyAsync<SshException>(() => running.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(SshErrorCode.Disconnected, failure.Code);
        Assert.Equal(SshFault.Caller, failure.Fault);
        SymptomTable.Says("D4", "A session closes, and nobody says who closed it", "this side's own Dispose while a command runs", failure);
    }

    [Fact]
    public async Task Close_OfADeadConnection_HasAnEnd()
    {
        using Relay relay = LoopbackScript.Relay(Server.Port);
        SshClient client = await ConnectAsync(relay.Port);
        relay.Freeze();
        await client.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));
        SymptomTable.Says("D5", "Closing a session, or reading from it, hangs for ever", "a network that lets nothing pass any more", "Nothing: the end comes within seconds.");
    }

    [Fact]
    public async Task UnansweredRequest_SaysWhatWasAsked()
    {
        using Relay relay = LoopbackScript.Relay(Server.Port);
        SshClient client = await ConnectAsync(relay.Port, options => options with { RequestTimeout = TimeSpan.FromSeconds(1) });
        relay.Freeze();
        SshException failure = await Assert.ThrowsAnyAsync<SshException>(() => client.ExecuteAsync("uptime"));
        Assert.Equal(SshErrorCode.TimedOut, failure.Code);
        await client.DisposeAsync();
        SymptomTable.Says("D6", "`Timed out` (-9) that does not say on what", "a network that lets nothing pass any more, and a time limit of a second", failure);
    }

    [Fact]
    public async Task EnvironmentDenied_IsNoFailure()
    {
        await using SshClient client = await ConnectAsync(Server.Port);
        CommandResult result = await client.ExecuteAsync("echo \"[$FORBIDDEN]\"", new CommandOptions { Environment = new Dictionary<string, string> { ["FORBIDDEN"] = "x" } });
        Assert.Equal("[]\n", result.Output);
        SymptomTable.Says("D7", "`-22` for a command, because AcceptEnv does not list a variable", "OpenSSH and a variable it does not accept", "Nothing: the command runs without it.");
    }

    [Fact]
    public async Task ForcedCommandAndMissingSubsystem_AreRefusalsWithTheirRemedy()
    {
        await using SshClient client = await ConnectAsync(Server.Port);
        SshException failure = await Assert.ThrowsAnyAsync<SshException>(() => client.StartSubsystemAsync("netconf"));
        Assert.Equal(SshErrorCode.RequestRefused, failure.Code);
        SymptomTable.Says("D8", "`-21 11`, `Unable to startup channel`", "OpenSSH without such a Subsystem line", failure);
    }

    [Theory]
    [InlineData(9, "/nonexistent/sftp-server", "An SFTP client hangs or says `-31`: the server's sftp-server program is missing", "ended")]
    [InlineData(10, "/bin/echo Welcome to this machine, dear user", "`Received message too long 1466263151`", "Welcome to this machine")]
    public async Task SftpThatDoesNotStart_SaysWhatCameInstead(int number, string subsystem, string symptom, string expected)
    {
        await using SshdServer server = await SshdServer.StartAsync($"Subsystem sftp {subsystem}");
        await using SshClient client = await SshClient.ConnectAsync(server.Target, server.Options with { Credentials = [PrivateKeyCredential.FromFile(server.UserKey)] });
        SshException failure = await Assert.ThrowsAnyAsync<SshException>(() => client.OpenSftpAsync());
        Assert.Equal(SshErrorCode.SftpUnavailable, failure.Code);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        SymptomTable.Says($"D{number}", symptom, $"OpenSSH with `Subsystem sftp {subsystem}`", failure);
    }

    [Fact]
    public async Task SftpRefusals_KeepOperationPathCodeAndText()
    {
        await using SshClient client = await ConnectAsync(Server.Port);
        await using SftpClient sftp = await client.OpenSftpAsync();
        const string Failed = "`Failed opening remote file` (-31) for every reason";
        SymptomTable.Says("D11", Failed, "a file that may not be read", await FailsAsync(() => sftp.DownloadAsync("/etc/shadow", new MemoryStream())));
        SymptomTable.Says("D12", Failed, "a file that does not exist", await FailsAsync(() => sftp.DownloadAsync("./no/such/file", new MemoryStream())));
        SymptomTable.Says("D13", Failed, "a directory that does not exist", await FailsAsync(() => sftp.UploadAsync(new MemoryStream([1]), "no/such/directory/file")));
        SftpException backslash = await FailsAsync(() => sftp.DownloadAsync("folder\\file", new MemoryStream()));
        Assert.Contains("backslash", backslash.Message, StringComparison.Ordinal);
        SymptomTable.Says("D14", "`Dir(\"\\folder\")`: -31", "a path with backslashes", backslash);
        SymptomTable.Says("D15", "`FX_FAILURE`, \"Failure\", from which nothing follows", "a directory that exists already", await FailsAsync(() => sftp.MakeDirectoryAsync(".")));
    }

    private static async Task<SftpException> FailsAsync(Func<Task> action)
    {
        SftpException failure = await Assert.ThrowsAsync<SftpException>(action);
        Assert.NotNull(failure.Path);
        Assert.Contains(failure.Path, failure.Sentence, StringComparison.Ordinal);
        Assert.Contains($"SFTP status {(int)failure.Status!}", failure.Sentence, StringComparison.Ordinal);
        return failure;
    }
}
