using LucidSsh.Agent;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Agent;

/// <summary>Connections to an agent that are bound to sessions, and keys that are bound to ways: as OpenSSH's agent decides.</summary>
public sealed class SessionBindTests : IAsyncDisposable
{
    private static readonly byte[] Session = [1, 2, 3, 4];
    private static readonly byte[] OtherSession = [5, 6, 7, 8];
    private static readonly PrivateKey Host = AgentTestKit.NewKey();
    private static readonly PrivateKey OtherHost = AgentTestKit.NewKey("ecdsa-sha2-nistp256");
    private static readonly PrivateKey RsaHost = AgentTestKit.NewKey("ssh-rsa");

    private readonly AgentServer _agent = new();
    private readonly PrivateKey _key = AgentTestKit.NewKey();

    public ValueTask DisposeAsync() => _agent.DisposeAsync();

    [Fact]
    public async Task Bind_SignedByEachKindOfHostKey_IsTaken()
    {
        foreach (PrivateKey host in (PrivateKey[])[Host, OtherHost, RsaHost])
        {
            await using AgentClient client = new(_agent.Connect());
            Assert.True(await BindAsync(client, AgentTestKit.Bind(host, Session)));
        }
    }

    [Fact]
    public async Task Bind_ForgedOrMalformed_IsRefused()
    {
        byte[] good = AgentTestKit.Bind(Host, Session);
        byte[] otherSession = AgentTestKit.Bind(Host, OtherSession);
        byte[] sha1 = new SessionBind(RsaHost.PublicKey.Blob.Span, Session, RsaHost.Sign("ssh-rsa", Session, SystemRandom.Shared), false).ToArray();
        byte[] wrongHost = new SessionBind(OtherHost.PublicKey.Blob.Span, Session, Host.Sign("ssh-ed25519", Session, SystemRandom.Shared), false).ToArray();
        byte[] wrongSession = new SessionBind(Host.PublicKey.Blob.Span, Session, Host.Sign("ssh-ed25519", OtherSession, SystemRandom.Shared), false).ToArray();
        foreach (byte[] bad in (byte[][])[wrongHost, wrongSession, sha1, [], good[..^1], [.. good, 0], "nothing"u8.ToArray()])
        {
            await using AgentClient client = new(_agent.Connect());
            AgentExtensionAnswer answer = await client.ExtensionAsync(SessionBind.ExtensionType, bad);
            Assert.Equal((false, true), (answer.Accepted, answer.Known));
        }

        Assert.NotEqual(good, otherSession);
    }

    [Fact]
    public async Task Bind_AfterALogin_OrToAnotherKey_OrTooOften_IsRefused()
    {
        await using AgentClient login = new(_agent.Connect());
        Assert.True(await BindAsync(login, AgentTestKit.Bind(Host, Session)));
        Assert.False(await BindAsync(login, AgentTestKit.Bind(OtherHost, OtherSession)));

        await using AgentClient forwarded = new(_agent.Connect());
        Assert.True(await BindAsync(forwarded, AgentTestKit.Bind(Host, Session, isForwarding: true)));
        Assert.True(await BindAsync(forwarded, AgentTestKit.Bind(Host, Session, isForwarding: true))); // the same again is no other
        Assert.False(await BindAsync(forwarded, AgentTestKit.Bind(OtherHost, Session)));

        await using AgentClient often = new(_agent.Connect());
        for (byte i = 0; i < 16; i++)
            Assert.True(await BindAsync(often, AgentTestKit.Bind(Host, [i], isForwarding: true)));
        Assert.False(await BindAsync(often, AgentTestKit.Bind(Host, [16], isForwarding: true)));
    }

    [Fact]
    public async Task Key_RestrictedToAHost_SignsThatHostsLoginAlone()
    {
        _agent.Add(_key, AgentTestKit.To((null, Host.PublicKey, "")));

        Assert.True(await SignsAsync(Login(Session), AgentTestKit.Bind(Host, Session)));
        Assert.True(await SignsAsync(Login(Session, Host.PublicKey), AgentTestKit.Bind(Host, Session)));
        Assert.False(await SignsAsync(Login(Session)));                                                  // not bound
        Assert.False(await SignsAsync(AgentTestKit.Data, AgentTestKit.Bind(Host, Session)));             // no login
        Assert.False(await SignsAsync(Login(OtherSession), AgentTestKit.Bind(Host, Session)));           // another session's login
        Assert.False(await SignsAsync(Login(Session, OtherHost.PublicKey), AgentTestKit.Bind(Host, Session)));
        Assert.False(await SignsAsync(Login(Session), AgentTestKit.Bind(OtherHost, Session)));           // another host
        Assert.False(await SignsAsync(Login(Session), AgentTestKit.Bind(Host, OtherSession, isForwarding: true), AgentTestKit.Bind(Host, Session)));
        Assert.False(await SignsAsync(Login(Session), [9, 9], AgentTestKit.Bind(Host, Session)));        // a binding failed before
    }

    [Fact]
    public async Task Key_RestrictedToAUser_SignsForThatUserAlone()
    {
        _agent.Add(_key, AgentTestKit.To((null, Host.PublicKey, "al*")));
        Assert.True(await SignsAsync(AgentTestKit.LoginData(_key.PublicKey, Session, "alice"), AgentTestKit.Bind(Host, Session)));
        Assert.False(await SignsAsync(AgentTestKit.LoginData(_key.PublicKey, Session, "Alice"), AgentTestKit.Bind(Host, Session)));
        Assert.False(await SignsAsync(AgentTestKit.LoginData(_key.PublicKey, Session, "bob"), AgentTestKit.Bind(Host, Session)));
    }

    [Fact]
    public async Task Key_RestrictedToTwoHops_NeedsBothAndTheHostInTheLogin()
    {
        _agent.Add(_key, AgentTestKit.To((null, Host.PublicKey, ""), (Host.PublicKey, OtherHost.PublicKey, "")));
        byte[] forward = AgentTestKit.Bind(Host, Session, isForwarding: true);

        Assert.True(await SignsAsync(Login(OtherSession, OtherHost.PublicKey), forward, AgentTestKit.Bind(OtherHost, OtherSession)));
        Assert.False(await SignsAsync(Login(OtherSession), forward, AgentTestKit.Bind(OtherHost, OtherSession))); // not host-bound
        Assert.False(await SignsAsync(Login(OtherSession, OtherHost.PublicKey), AgentTestKit.Bind(OtherHost, OtherSession))); // directly
        Assert.False(await SignsAsync(Login(OtherSession, RsaHost.PublicKey), forward, AgentTestKit.Bind(RsaHost, OtherSession)));
    }

    [Fact]
    public async Task Key_RestrictedToAnAuthoritysHosts_AsksForTheirCertificate()
    {
        _agent.Add(_key, AgentTestKit.To((null, AgentTestKit.Authority.PublicKey, "")));
        Certificate good = AgentTestKit.Certify(Host, "www.example", CertificateKind.Host);
        Certificate elsewhere = AgentTestKit.Certify(Host, "www.other", CertificateKind.Host);
        Certificate users = AgentTestKit.Certify(Host, "www.example");

        Assert.True(await SignsAsync(Login(Session), AgentTestKit.Bind(Host, Session, certificate: good)));
        Assert.False(await SignsAsync(Login(Session), AgentTestKit.Bind(Host, Session, certificate: elsewhere)));
        Assert.False(await SignsAsync(Login(Session), AgentTestKit.Bind(Host, Session, certificate: users)));
        Assert.False(await SignsAsync(Login(Session), AgentTestKit.Bind(Host, Session)));
        Assert.False(await SignsAsync(Login(Session), AgentTestKit.Bind(AgentTestKit.Authority, Session)));
    }

    [Fact]
    public async Task Key_NotLedOnFromAHost_IsNotShownThere()
    {
        PrivateKey leadsOn = AgentTestKit.NewKey();
        _agent.Add(_key, AgentTestKit.To((null, Host.PublicKey, "")));
        _agent.Add(leadsOn, AgentTestKit.To((null, Host.PublicKey, ""), (Host.PublicKey, OtherHost.PublicKey, "")));

        await using AgentClient local = new(_agent.Connect());
        Assert.Equal(2, (await local.ListAsync()).Length);
        await using AgentClient there = new(_agent.Connect());
        Assert.True(await BindAsync(there, AgentTestKit.Bind(Host, Session, isForwarding: true)));
        Assert.Equal([leadsOn.PublicKey], (await there.ListAsync()).Select(key => key.PublicKey));
        await Assert.ThrowsAsync<PeerRefusedException>(() => there.RemoveAsync(_key.PublicKey));
        await Assert.ThrowsAsync<PeerRefusedException>(() => there.RemoveAllAsync());
        await using AgentClient elsewhere = new(_agent.Connect());
        Assert.True(await BindAsync(elsewhere, AgentTestKit.Bind(RsaHost, Session, isForwarding: true)));
        Assert.Empty(await elsewhere.ListAsync());
        Assert.Equal(2, _agent.Keys.Length);
    }

    private byte[] Login(byte[] session, PublicKey? hostKey = null) => AgentTestKit.LoginData(_key.PublicKey, session, "alice", hostKey);

    private static async Task<bool> BindAsync(AgentClient client, byte[] contents) => (await client.ExtensionAsync(SessionBind.ExtensionType, contents)).Accepted;

    private async Task<bool> SignsAsync(byte[] data, params byte[][] bindings)
    {
        await using AgentClient client = new(_agent.Connect());
        foreach (byte[] binding in bindings)
            await BindAsync(client, binding);
        AgentKey key = new(_key.PublicKey.Blob, "", client.SignAsync);
        try
        {
            await client.SignAsync(key, "ssh-ed25519", data);
            return true;
        }
        catch (PeerRefusedException refused) when (refused.Code == SshErrorCode.AgentRefused)
        {
            return false;
        }
    }
}
