using System.Net.Sockets;
using LucidSsh.Agent;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Agent;

/// <summary>What the client says where there is no agent, or a broken one; and the ways to reach one.</summary>
public sealed class AgentClientTests
{
    [Fact]
    public async Task Socket_Missing_SaysSo()
    {
        using TemporaryDirectory directory = new();
        SshException failure = await FailAsync(directory["agent"]);
        Assert.Equal($"There is no agent's socket {directory["agent"]}.", failure.Sentence);
        Assert.Contains("ssh-agent", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Socket_ThatNobodyListensOn_SaysSo()
    {
        using TemporaryDirectory directory = new();
        using (Socket left = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            left.Bind(new UnixDomainSocketEndPoint(directory["agent"]));
        File.WriteAllText(directory["file"], "no socket");
        foreach (string path in (string[])[directory["file"]])
        {
            SshException failure = await FailAsync(path);
            Assert.StartsWith($"Nobody listens on the agent's socket {path}.", failure.Sentence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Path_ThatCanBeNoSocket_IsNamed()
    {
        Assert.Contains("longer than", (await FailAsync("/tmp/" + new string('a', 200))).Sentence, StringComparison.Ordinal);
        Assert.Contains("it is empty", (await FailAsync("")).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_ThatDoesNotAnswer_IsGivenUp_AndTheConnectionIsUsedNoMore()
    {
        ManualTime time = new();
        DuplexPipePair pair = new();
        await using AgentClient client = new(pair.Left, new AgentClientOptions { Time = time });
        Task list = client.ListAsync();
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(30));
        await time.WhenSomebodyWaits(1, deadline.Token);
        time.Advance(TimeSpan.FromSeconds(10));
        TransportLostException silent = await Assert.ThrowsAsync<TransportLostException>(() => list);
        Assert.Equal((SshErrorCode.AgentUnavailable, "The agent did not answer within 10 seconds when asked for its keys."), (silent.Code, silent.Sentence));
        Assert.Same(silent, await Assert.ThrowsAsync<TransportLostException>(() => client.ListAsync()));
    }

    [Fact]
    public async Task Request_Cancelled_EndsTheConnection()
    {
        await using AgentClient client = new(new DuplexPipePair().Left);
        using CancellationTokenSource cancelled = new();
        Task list = client.ListAsync(cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => list);
        Assert.Equal(SshErrorCode.Cancelled, (await Assert.ThrowsAsync<LocalMisuseException>(() => client.ListAsync())).Code);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 1, 6 }, "message 6")]
    [InlineData(new byte[] { 0, 0, 0, 1, 99 }, "message 99")]
    [InlineData(new byte[] { 0, 0, 0, 3, 12, 0, 0 }, "nkeys")]
    [InlineData(new byte[] { 0, 0, 0, 6, 12, 0, 0, 0, 0, 7 }, "follow the last field")]
    [InlineData(new byte[] { 0x48, 0x54, 0x54, 0x50 }, "1213486160 bytes")] // "HTTP"
    [InlineData(new byte[] { 0, 0, 0, 9, 12 }, "closed it inside a message")]
    [InlineData(new byte[] { }, "closed the connection")]
    public async Task Agent_ThatBreaksTheProtocol_IsNamed(byte[] answer, string expected)
    {
        DuplexPipePair pair = new();
        await using AgentClient client = new(pair.Left);
        await pair.Right.Output.WriteAsync(answer);
        await pair.Right.Output.CompleteAsync();
        SshException failure = await Assert.ThrowsAnyAsync<SshException>(() => client.ListAsync());
        Assert.Contains(expected, failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signature_WithAnotherAlgorithm_IsRefused()
    {
        using PrivateKey key = AgentTestKit.NewKey("ssh-rsa");
        DuplexPipePair pair = new();
        await using AgentClient client = new(pair.Left);
        byte[] sha1 = AgentMessage.ToArray(new SignResponse(key.Sign("ssh-rsa", AgentTestKit.Data, SystemRandom.Shared)));
        await AgentFrame.WriteAsync(pair.Right.Output, sha1, default);
        PeerMisbehavedException failure = await Assert.ThrowsAsync<PeerMisbehavedException>(
            () => client.SignAsync(new AgentKey(key.PublicKey.Blob, "old", client.SignAsync), "rsa-sha2-512", AgentTestKit.Data));
        Assert.Contains("rsa-sha2-512", failure.Sentence, StringComparison.Ordinal);
        Assert.Contains("(ssh-rsa)", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PrivateSocket_IsThisUsersAlone_AndRemovedAfterwards()
    {
        await using AgentServer agent = new();
        agent.Add(AgentTestKit.NewKey());
        string path;
        await using (AgentListener listener = agent.Listen())
        {
            path = listener.Path;
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(path)!));
            }

            await using AgentClient client = await AgentClient.ConnectAsync(path);
            Assert.Single(await client.ListAsync());
        }

        Assert.False(Directory.Exists(Path.GetDirectoryName(path)));
    }

    [Fact]
    public async Task NamedSocket_IsServed_AndAnotherThereIsRefused()
    {
        using TemporaryDirectory directory = new();
        await using AgentServer agent = new();
        await using (AgentListener listener = agent.Listen(directory["agent"]))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(directory["agent"]));
            await using AgentClient client = await AgentClient.ConnectAsync(directory["agent"]);
            Assert.Empty(await client.ListAsync());
            Assert.Contains("there is something already", Assert.Throws<LocalMisuseException>(() => agent.Listen(directory["agent"])).Sentence, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.Path));
    }

    [Fact]
    public async Task NamedPipe_IsServed_AlsoSeveralClientsAtOnce()
    {
        string path = $@"\\.\pipe\lucid-test-{Environment.ProcessId}-{Guid.NewGuid():n}";
        await using AgentServer agent = new();
        agent.Add(AgentTestKit.NewKey());
        await using AgentListener listener = agent.Listen(path);
        await using AgentClient first = await AgentClient.ConnectAsync(path), second = await AgentClient.ConnectAsync(path);
        Assert.Single(await second.ListAsync());
        Assert.Single(await first.ListAsync());
    }

    [Fact]
    public async Task NamedPipe_Missing_SaysSo()
    {
        string path = $@"\\.\pipe\lucid-test-{Guid.NewGuid():n}";
        SshException failure = await Assert.ThrowsAnyAsync<SshException>(() => AgentClient.ConnectAsync(path, new AgentClientOptions { Timeout = TimeSpan.FromMilliseconds(100) }));
        Assert.Equal((SshErrorCode.AgentUnavailable, $"There is no agent's named pipe {path}, or every instance of it is busy."), (failure.Code, failure.Sentence));
    }

    [Theory]
    [InlineData(@"\\.\pipe\openssh-ssh-agent", @"\\.\pipe\pageant.alice.0123", @"\\.\pipe\openssh-ssh-agent")]
    [InlineData(@"\\.\pipe\other", @"\\.\pipe\pageant.Alice.0123", @"\\.\pipe\pageant.Alice.0123")]
    [InlineData(@"\\.\pipe\pageant.bob.0123", @"\\.\pipe\pageant.alice2.0123", null)]
    public void DefaultPipe_IsOpenSshsElseThisUsersPageant(string first, string second, string? expected) =>
        Assert.Equal(expected, AgentAddress.AmongPipes([first, second], "alice"));

    private static async Task<SshException> FailAsync(string path)
    {
        LocalMisuseException failure = await Assert.ThrowsAsync<LocalMisuseException>(() => AgentClient.ConnectAsync(path));
        Assert.Equal(SshErrorCode.AgentUnavailable, failure.Code);
        return failure;
    }
}
