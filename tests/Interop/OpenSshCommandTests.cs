using System.Security.Cryptography;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Interop;

[Trait("Peer", "OpenSsh")]
public class OpenSshCommandTests(OpenSshServer fixture) : IClassFixture<OpenSshServer>
{
    private Task<SshClient> ConnectAsync(Func<SshClientOptions, SshClientOptions>? change = null)
    {
        SshClientOptions options = fixture.Server.Options with { Credentials = [PrivateKeyCredential.FromFile(fixture.Server.UserKey)] };
        return SshClient.ConnectAsync(fixture.Server.Target, change is null ? options : change(options));
    }

    [Fact]
    public async Task Exec_64MiBOnStandardInputAndOutputAtOnce_IsUnchanged()
    {
        byte[] data = RandomNumberGenerator.GetBytes(64 * 1024 * 1024);
        await using SshClient client = await ConnectAsync();
        CommandResult result = await client.ExecuteAsync("cat", new CommandOptions { Input = new MemoryStream(data) });
        Assert.Equal(0, result.ExitStatus);
        Assert.Equal(SHA256.HashData(data), SHA256.HashData(result.StandardOutput));
    }

    [Fact]
    public async Task Exec_ExitStatusAndSignal_AreTold()
    {
        await using SshClient client = await ConnectAsync();
        Assert.Equal(42, (await client.ExecuteAsync("exit 42")).ExitStatus);
        ExitResult killed = (await client.ExecuteAsync("kill -TERM $$")).Exit;
        Assert.Null(killed.Status);
        Assert.Equal("TERM", killed.Signal);
    }

    [Fact]
    public async Task Exec_EnvironmentTheServerAccepts_IsSet()
    {
        await using SshClient client = await ConnectAsync();
        CommandOptions options = new() { Environment = new Dictionary<string, string> { ["LC_LUCID"] = "yes", ["REFUSED"] = "x" } };
        Assert.Equal("yes-", (await client.ExecuteAsync("echo -n $LC_LUCID-$REFUSED", options)).Output);
    }

    [Fact]
    public async Task Exec_StandardErrorNotRead_DoesNotHoldBackStandardOutput()
    {
        await using SshClient client = await ConnectAsync();
        await using RemoteProcess process = await client.StartAsync("head -c 8000000 /dev/zero >&2; echo out");
        await process.StandardError.CompleteAsync();
        using StreamReader reader = new(process.StandardOutput.AsStream());
        Assert.Equal("out", (await reader.ReadToEndAsync()).Trim());
        Assert.Equal(0, (await process.WaitForExitAsync()).Status);
    }

    [Fact]
    public async Task Exec_ManyAtOnceOnOneConnection_EachGetsItsOwn()
    {
        await using SshClient client = await ConnectAsync();
        string[] outputs = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i => (await client.ExecuteAsync($"sleep 0.1; echo {i}")).Output.Trim()));
        Assert.Equal(Enumerable.Range(0, 8).Select(i => i.ToString()), outputs);
    }

    [Fact]
    public async Task Exec_MoreThanTheLimit_IsAnErrorAndEndsTheCommand()
    {
        await using SshClient client = await ConnectAsync();
        LocalMisuseException exception = await Assert.ThrowsAsync<LocalMisuseException>(
            () => client.ExecuteAsync("yes", new CommandOptions { OutputLimit = 1_000_000 }));
        Assert.Equal(SshErrorCode.OutputLimitExceeded, exception.Code);
        Assert.Equal("still here", (await client.ExecuteAsync("echo -n still here")).Output);
    }

    [Fact]
    public async Task Exec_Cancelled_LeavesTheConnectionUsable()
    {
        await using SshClient client = await ConnectAsync();
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.ExecuteAsync("sleep 60", cancel.Token));
        Assert.Equal("ok", (await client.ExecuteAsync("echo -n ok")).Output);
    }

    [Fact]
    public async Task Subsystem_ThatIsNone_IsRefusedByName()
    {
        await using SshClient client = await ConnectAsync();
        PeerRefusedException exception = await Assert.ThrowsAsync<PeerRefusedException>(() => client.StartSubsystemAsync("no-such"));
        Assert.Contains("\"no-such\"", exception.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signal_Sent_EndsTheCommand()
    {
        await using SshClient client = await ConnectAsync();
        await using RemoteProcess process = await client.StartAsync("echo running; exec sleep 60");
        // sshd answers the request before its child has a process group, and loses a signal that comes in between (killpg: no such process).
        await process.StandardOutput.ReadAsync();
        process.SendSignal("TERM");
        ExitResult exit = await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("TERM", exit.Signal);
    }

    [Fact]
    public async Task Ping_Answers()
    {
        await using SshClient client = await ConnectAsync();
        Assert.True(await client.PingAsync() > TimeSpan.Zero);
    }

    [Fact]
    public async Task ConnectionKilledByTheServer_EndsACommandWithTheReason()
    {
        await using SshClient client = await ConnectAsync();
        SshException exception = await Assert.ThrowsAnyAsync<SshException>(() => client.ExecuteAsync("kill -9 $PPID; sleep 60"));
        Assert.Equal(SshErrorCode.ConnectionLost, exception.Code);
        Assert.NotEmpty(exception.RecentEvents);
    }
}

/// <summary>In a class of its own, so that its 90 seconds pass beside the other tests.</summary>
[Trait("Peer", "OpenSsh")]
public class OpenSshSilentCommandTests(OpenSshServer fixture) : IClassFixture<OpenSshServer>
{
    [Fact]
    public async Task Command_SilentFor90Seconds_WithKeepAliveEverySecond_Ends()
    {
        SshClientOptions options = fixture.Server.Options with
        {
            Credentials = [PrivateKeyCredential.FromFile(fixture.Server.UserKey)],
            KeepAliveInterval = TimeSpan.FromSeconds(1),
        };
        await using SshClient client = await SshClient.ConnectAsync(fixture.Server.Target, options);
        CommandResult result = await client.ExecuteAsync("sleep 90; echo -n awake");
        Assert.Equal("awake", result.Output);
        Assert.Contains(client.RecentEvents, line => line.Contains("keepalive sent", StringComparison.Ordinal));
    }
}
