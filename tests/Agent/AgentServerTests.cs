using System.Collections.Immutable;
using System.Text;
using LucidSsh.Agent;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Agent;

/// <summary>The agent of this library and its client, together.</summary>
public sealed class AgentServerTests
{
    [Theory]
    [InlineData("ssh-ed25519", "ssh-ed25519")]
    [InlineData("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256")]
    [InlineData("ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384")]
    [InlineData("ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521")]
    [InlineData("ssh-rsa", "rsa-sha2-256")]
    [InlineData("ssh-rsa", "rsa-sha2-512")]
    public async Task Key_OfEachType_IsListedAndSigns(string type, string algorithm)
    {
        await using AgentServer agent = new();
        await using AgentClient client = new(agent.Connect());
        using PrivateKey key = AgentTestKit.NewKey(type, "my key");
        await client.AddAsync(key);

        AgentKey listed = Assert.Single(await client.ListAsync());
        Assert.Equal((key.PublicKey, "my key", type), (listed.PublicKey, listed.Comment, listed.Type));
        byte[] signature = await listed.SignAsync(algorithm, AgentTestKit.Data, default);
        Assert.True(key.PublicKey.Verify(algorithm, AgentTestKit.Data, signature));
    }

    [Fact]
    public async Task Certificate_StandsBesideItsKey_AndSigns()
    {
        await using AgentServer agent = new();
        await using AgentClient client = new(agent.Connect());
        using PrivateKey key = AgentTestKit.NewKey(comment: "both");
        Certificate certificate = AgentTestKit.Certify(key);
        await client.AddAsync(key);
        await client.AddAsync(key, certificate: certificate);
        AgentKey listed = Assert.Single(await client.ListAsync(), one => one.Certificate is not null);
        Assert.Equal((certificate, key.PublicKey), (listed.Certificate, listed.PublicKey));
        byte[] signature = await client.SignAsync(listed, "ssh-ed25519", AgentTestKit.Data);
        Assert.True(key.PublicKey.Verify("ssh-ed25519", AgentTestKit.Data, signature));
        await client.RemoveAsync(listed);
        Assert.Null(Assert.Single(await client.ListAsync()).Certificate);
        using PrivateKey other = AgentTestKit.NewKey();
        Assert.Equal(SshErrorCode.KeyPairMismatch, (await Assert.ThrowsAsync<LocalMisuseException>(() => client.AddAsync(other, certificate: certificate))).Code);
    }

    [Fact]
    public async Task Rsa_WithoutAFlag_IsNotSignedWithSha1()
    {
        await using AgentServer agent = new();
        agent.Add(AgentTestKit.NewKey("ssh-rsa"));
        await using AgentClient client = new(agent.Connect());
        AgentKey key = Assert.Single(await client.ListAsync());
        PeerRefusedException refused = await Assert.ThrowsAsync<PeerRefusedException>(() => client.SignAsync(key, "ssh-rsa", AgentTestKit.Data));
        Assert.Equal(SshErrorCode.AgentRefused, refused.Code);
    }

    [Fact]
    public async Task Key_Removed_IsZeroedAndGone()
    {
        await using AgentServer agent = new();
        PrivateKey first = AgentTestKit.NewKey(), second = AgentTestKit.NewKey();
        agent.Add(first);
        agent.Add(second);
        await using AgentClient client = new(agent.Connect());
        ImmutableArray<AgentKey> listed = await client.ListAsync();

        await client.RemoveAsync(first.PublicKey);
        Assert.Equal(second.PublicKey, Assert.Single(agent.Keys));
        Assert.Throws<ObjectDisposedException>(() => first.Sign("ssh-ed25519", AgentTestKit.Data, SystemRandom.Shared));
        PeerRefusedException refused = await Assert.ThrowsAsync<PeerRefusedException>(() => client.SignAsync(listed[0], "ssh-ed25519", AgentTestKit.Data));
        Assert.Contains("does not hold it any more", refused.Sentence, StringComparison.Ordinal);
        Assert.Equal(SshErrorCode.AgentRefused, (await Assert.ThrowsAsync<PeerRefusedException>(() => client.RemoveAsync(listed[0]))).Code);

        await client.RemoveAllAsync();
        Assert.Empty(await client.ListAsync());
        Assert.Throws<ObjectDisposedException>(() => second.Sign("ssh-ed25519", AgentTestKit.Data, SystemRandom.Shared));
    }

    [Fact]
    public async Task Lifetime_Over_ForgetsAndZeroes()
    {
        ManualTime time = new();
        await using AgentServer agent = new(new AgentServerOptions { Time = time, DefaultLifetime = TimeSpan.FromHours(1) });
        PrivateKey brief = AgentTestKit.NewKey(), usual = AgentTestKit.NewKey();
        agent.Add(brief, new AgentConstraints { Lifetime = TimeSpan.FromSeconds(60) });
        agent.Add(usual);
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(2, agent.Keys.Length);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(usual.PublicKey, Assert.Single(agent.Keys));
        Assert.Throws<ObjectDisposedException>(() => brief.Sign("ssh-ed25519", AgentTestKit.Data, SystemRandom.Shared));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(agent.Keys);
    }

    [Fact]
    public async Task Lifetime_LongerThanATimerRuns_IsKept()
    {
        ManualTime time = new();
        await using AgentServer agent = new(new AgentServerOptions { Time = time });
        agent.Add(AgentTestKit.NewKey(), new AgentConstraints { Lifetime = TimeSpan.FromDays(75) });
        for (int day = 1; day < 75; day++)
            time.Advance(TimeSpan.FromDays(1));
        Assert.Single(agent.Keys);
        time.Advance(TimeSpan.FromDays(1));
        Assert.Empty(agent.Keys);

        await using AgentServer real = new();
        real.Add(AgentTestKit.NewKey(), new AgentConstraints { Lifetime = TimeSpan.FromSeconds(uint.MaxValue) });
        Assert.Single(real.Keys);
    }

    [Fact]
    public async Task Confirm_AsksEachTime_AndAnythingButYesIsNo()
    {
        Queue<Func<bool>> answers = new([() => true, () => false, () => throw new InvalidOperationException("the window is gone"), () => true]);
        List<AgentConfirmation> asked = [];
        await using AgentServer agent = new(new AgentServerOptions
        {
            Confirm = (question, _) =>
            {
                asked.Add(question);
                return ValueTask.FromResult(answers.Dequeue()());
            },
        });
        await using AgentClient client = new(agent.Connect());
        using PrivateKey key = AgentTestKit.NewKey(comment: "the careful one");
        await client.AddAsync(key, new AgentConstraints { Confirm = true });
        AgentKey listed = Assert.Single(await client.ListAsync());

        Assert.NotEmpty(await client.SignAsync(listed, "ssh-ed25519", AgentTestKit.Data));
        for (int i = 0; i < 2; i++)
        {
            PeerRefusedException refused = await Assert.ThrowsAsync<PeerRefusedException>(() => client.SignAsync(listed, "ssh-ed25519", AgentTestKit.Data));
            Assert.Contains("a person did not confirm it", refused.Sentence, StringComparison.Ordinal);
        }

        Assert.NotEmpty(await client.SignAsync(listed, "ssh-ed25519", AgentTestKit.LoginData(key.PublicKey, [1, 2, 3], "alice")));
        Assert.All(asked, question => Assert.Equal((key.PublicKey, "the careful one"), (question.Key, question.Comment)));
        Assert.Equal([null, null, null, "alice"], asked.Select(question => question.User));
    }

    [Fact]
    public async Task Confirm_WithNobodyToAsk_RefusesTheKey()
    {
        await using AgentServer agent = new();
        await using AgentClient client = new(agent.Connect());
        using PrivateKey key = AgentTestKit.NewKey();
        await Assert.ThrowsAsync<PeerRefusedException>(() => client.AddAsync(key, new AgentConstraints { Confirm = true }));
        Assert.Empty(agent.Keys);
        LocalMisuseException refused = Assert.Throws<LocalMisuseException>(() => agent.Add(key, new AgentConstraints { Confirm = true }));
        Assert.Contains("nobody is there to ask", refused.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("own@example.org")]
    [InlineData("associated-certs-v00@openssh.com")]
    [InlineData("restrict-destination-v00@openssh.com")] // known, but malformed
    public async Task Constraint_ThatCannotBeKept_RefusesTheKey(string name)
    {
        await using AgentServer agent = new();
        await using AgentClient client = new(agent.Connect());
        using PrivateKey key = AgentTestKit.NewKey();
        AgentConstraints constraints = new() { Extensions = [new AgentConstraintExtension(name, new byte[] { 0, 0, 0, 1, 9 })] };
        Assert.Equal(SshErrorCode.AgentRefused, (await Assert.ThrowsAsync<PeerRefusedException>(() => client.AddAsync(key, constraints))).Code);
        Assert.Empty(agent.Keys);
    }

    [Fact]
    public async Task Lock_HidesEverything_UntilTheSamePassphrase()
    {
        await using AgentServer agent = new();
        agent.Add(AgentTestKit.NewKey());
        await using AgentClient client = new(agent.Connect());
        AgentKey key = Assert.Single(await client.ListAsync());
        await client.LockAsync("secret");
        Assert.True(agent.IsLocked);

        Assert.Empty(await client.ListAsync());
        PeerRefusedException refused = await Assert.ThrowsAsync<PeerRefusedException>(() => client.SignAsync(key, "ssh-ed25519", AgentTestKit.Data));
        Assert.Contains("it is locked, or empty", refused.Sentence, StringComparison.Ordinal);
        using PrivateKey another = AgentTestKit.NewKey();
        await Assert.ThrowsAsync<PeerRefusedException>(() => client.AddAsync(another));
        await Assert.ThrowsAsync<PeerRefusedException>(() => client.RemoveAllAsync());
        await Assert.ThrowsAsync<PeerRefusedException>(() => client.LockAsync("secret"));
        Assert.Null(await client.QueryExtensionsAsync());
        await Assert.ThrowsAsync<PeerRefusedException>(() => client.UnlockAsync("Secret"));
        await client.UnlockAsync("secret");
        Assert.Single(await client.ListAsync());
        await Assert.ThrowsAsync<PeerRefusedException>(() => client.UnlockAsync("secret"));
    }

    [Fact]
    public async Task Unlock_AfterFailures_WaitsForTheClock()
    {
        ManualTime time = new();
        await using AgentServer agent = new(new AgentServerOptions { Time = time });
        await using AgentClient first = new(agent.Connect()), second = new(agent.Connect());
        await first.LockAsync("secret");
        Task wrong = first.UnlockAsync("wrong");
        Task right = second.UnlockAsync("secret"); // waits behind the wrong one
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(30));
        await time.WhenSomebodyWaits(1, deadline.Token);
        Assert.True(agent.IsLocked);
        while (!wrong.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Delay(1, deadline.Token);
        }

        await Assert.ThrowsAsync<PeerRefusedException>(() => wrong);
        await right;
        Assert.False(agent.IsLocked);
    }

    [Fact]
    public async Task Query_NamesTheExtensions()
    {
        await using AgentServer agent = new();
        await using AgentClient client = new(agent.Connect());
        Assert.Equal(["query", "session-bind@openssh.com"], (await client.QueryExtensionsAsync())!.Value.Order());
        Assert.Equal((false, false), await client.ExtensionAsync("own@example.org", default) is var answer ? (answer.Accepted, answer.Known) : default);
    }

    [Fact]
    public async Task Clients_ThatMayNotChange_OnlyUse()
    {
        await using AgentServer agent = new(new AgentServerOptions { ClientsMayChange = false });
        agent.Add(AgentTestKit.NewKey());
        await using AgentClient client = new(agent.Connect());
        AgentKey key = Assert.Single(await client.ListAsync());
        Assert.NotEmpty(await client.SignAsync(key, "ssh-ed25519", AgentTestKit.Data));
        using PrivateKey another = AgentTestKit.NewKey();
        await Assert.ThrowsAsync<PeerRefusedException>(() => client.AddAsync(another));
        await Assert.ThrowsAsync<PeerRefusedException>(() => client.RemoveAsync(key));
        await Assert.ThrowsAsync<PeerRefusedException>(() => client.RemoveAllAsync());
        await Assert.ThrowsAsync<PeerRefusedException>(() => client.LockAsync("x"));
        Assert.Single(agent.Keys);
    }

    [Fact]
    public async Task Keys_BeyondTheLimit_AreRefused_AndAKeyAgainIsNoSecond()
    {
        await using AgentServer agent = new(new AgentServerOptions { MaximumKeys = 2 });
        using PrivateKey copy = AgentTestKit.NewKey(comment: "first");
        await using AgentClient client = new(agent.Connect());
        await client.AddAsync(copy);
        await client.AddAsync(AgentTestKit.NewKey());
        copy.Comment = "again";
        await client.AddAsync(copy);
        Assert.Equal(["again", ""], (await client.ListAsync()).Select(key => key.Comment));
        await Assert.ThrowsAsync<PeerRefusedException>(() => client.AddAsync(AgentTestKit.NewKey()));
    }

    [Fact]
    public async Task Keys_WhoseListWouldNotFitIntoAMessage_AreRefused()
    {
        await using AgentServer agent = new();
        await using AgentClient client = new(agent.Connect());
        int taken = 0;
        PeerRefusedException? refused = null;
        while (refused is null)
        {
            using PrivateKey key = AgentTestKit.NewKey(comment: new string('x', 4096));
            refused = await Record.ExceptionAsync(() => client.AddAsync(key)) as PeerRefusedException;
            taken += refused is null ? 1 : 0;
        }

        Assert.Equal(taken, (await client.ListAsync()).Length);
        Assert.InRange(taken, 60, 64);
    }

    [Fact]
    public async Task Connections_BeyondTheLimit_AreClosed()
    {
        await using AgentServer agent = new(new AgentServerOptions { MaximumConnections = 1 });
        await using AgentClient first = new(agent.Connect()), second = new(agent.Connect());
        Assert.Empty(await first.ListAsync());
        Assert.Equal(SshErrorCode.AgentUnavailable, (await Assert.ThrowsAsync<TransportLostException>(() => second.ListAsync())).Code);
        Assert.Empty(await first.ListAsync());
    }

    [Fact]
    public async Task Requests_ThatAreMalformedOrUnknown_AreRefused_AndTheConnectionGoesOn()
    {
        await using AgentServer agent = new();
        System.IO.Pipelines.IDuplexPipe pipe = agent.Connect();
        foreach (byte[] request in (byte[][])[[13], [17, 0, 0], [25, 1], [99], [27, 0, 0, 0, 0], [11, 0], [20, 0, 0, 0, 0], [1]])
        {
            await AgentFrame.WriteAsync(pipe.Output, request, default);
            Assert.Equal([5], await AgentFrame.ReadAsync(pipe.Input, null, default));
        }

        await using AgentClient client = new(pipe);
        Assert.Empty(await client.ListAsync());
    }

    [Fact]
    public async Task Message_ThatDoesNotEnd_EndsTheConnection()
    {
        ManualTime time = new();
        await using AgentServer agent = new(new AgentServerOptions { Time = time });
        DuplexPipePair pair = new();
        Task serving = agent.ServeAsync(pair.Right);
        await pair.Left.Output.WriteAsync(new byte[] { 0, 0, 0, 200, 13 });
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(30));
        await time.WhenSomebodyWaits(1, deadline.Token);
        time.Advance(agent.Options.MessageTimeout);
        await serving.WaitAsync(deadline.Token);
    }

    [Fact]
    public async Task Trace_TellsWhatWasAskedAndHoldsNoSecret()
    {
        StringWriter text = new();
        using PrivateKey key = AgentTestKit.NewKey(comment: "traced");
        using (TraceSink sink = TraceSink.ToWriter(text, TraceMask.All))
        {
            await using AgentServer agent = new(new AgentServerOptions { Trace = sink });
            await using AgentClient client = new(agent.Connect(), new AgentClientOptions { Trace = sink });
            await client.AddAsync(key);
            await client.SignAsync(Assert.Single(await client.ListAsync()), "ssh-ed25519", AgentTestKit.Data);
            await client.LockAsync("the lock's passphrase");
        }

        string trace = text.ToString();
        Assert.Contains("Publickey", trace, StringComparison.Ordinal);
        Assert.Contains(key.PublicKey.Fingerprint, trace, StringComparison.Ordinal);
        Assert.Contains("agent request served", trace, StringComparison.Ordinal);
        Assert.DoesNotContain("the lock's passphrase", trace, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexString(Encoding.UTF8.GetBytes("passphrase")), trace, StringComparison.OrdinalIgnoreCase);
    }
}
