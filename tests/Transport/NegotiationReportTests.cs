using LucidSsh.Tests.Harness;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Transport;

/// <summary>The account of a handshake: what it holds on both sides, after success and after failure.</summary>
public class NegotiationReportTests
{
    [Fact]
    public async Task Report_AfterAHandshake_IsCompleteAndTheSameOnBothSides()
    {
        await using TransportPair pair = await TransportPair.ConnectAsync();
        NegotiationReport client = pair.Client.Negotiation;
        NegotiationReport server = pair.Server.Negotiation;
        Assert.Equal("Lucid SSH", client.ClientSoftware?.Name);
        Assert.Equal(1, client.Round);
        Assert.Equal<string>(["ext-info-c", "kex-strict-c-v00@openssh.com"], client.ClientMarkers);
        Assert.Equal<string>(["ext-info-s", "kex-strict-s-v00@openssh.com"], client.ServerMarkers);
        Assert.Equal<string>([.. AlgorithmPreferences.Default.KeyExchange, .. client.ClientMarkers], client.ClientKexInit!.KeyExchange);
        Assert.Equal<string>(AlgorithmPreferences.Default.Macs, client.ServerKexInit!.MacsServerToClient);
        Assert.Equal(new KexGuess(ByClient: false, ByServer: false, WasRight: false), client.Guess! with { WasRight = false });
        Assert.Equal(new KeyExchangeReport("mlkem768x25519-sha256", "SHA-256", IsHybrid: true), client.KeyExchange);
        Assert.Null(client.FirstMismatch);
        Assert.Null(client.End);
        foreach (AlgorithmKind kind in Enum.GetValues<AlgorithmKind>())
            Assert.Equal(client.Chosen(kind), server.Chosen(kind));
        Assert.Equal(client.HostKey, server.HostKey);
        Assert.Equal(TransportPair.HostKey.PublicKey.Fingerprint, client.HostKey?.Sha256);
        Assert.Equal(256, client.HostKey?.Bits);
        Assert.Equal("ssh-ed25519", client.HostKey?.Algorithm);
        Assert.Equal(Convert.ToBase64String(TransportPair.HostKey.PublicKey.Blob.Span), client.HostKey?.Blob);
    }

    [Fact]
    public async Task HostKeyFingerprints_AreThoseOfTheBaseLibrary()
    {
        await using TransportPair pair = await TransportPair.ConnectAsync();
        HostKeyReport key = pair.Client.Negotiation.HostKey!;
        byte[] blob = Convert.FromBase64String(key.Blob);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA1.HashData(blob)), key.Sha1);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(blob)), key.Md5.Replace(":", "", StringComparison.Ordinal));
        Assert.Equal(Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(blob)).TrimEnd('='), key.Sha256[7..]);
        Assert.False(key.IsCertificate);
    }

    [Fact]
    public async Task GroupExchange_TellsWhatWasAskedForAndNamed()
    {
        await using TransportPair pair = await TransportPair.ConnectAsync(
            client => client with { Algorithms = client.Algorithms.Apply(keyExchange: "diffie-hellman-group-exchange-sha256") });
        GroupExchangeReport expected = new(2048, 3072, 8192) { Bits = 3072 };
        Assert.Equal(expected, pair.Client.Negotiation.KeyExchange?.Group);
        Assert.Equal(expected, pair.Server.Negotiation.KeyExchange?.Group);
    }

    [Fact]
    public async Task PhasesAndPackets_AreInOrderAndCount()
    {
        await using TransportPair pair = await TransportPair.ConnectAsync();
        NegotiationReport report = pair.Client.Negotiation;
        Assert.Equal(
            [HandshakePhase.Identification, HandshakePhase.Negotiation, HandshakePhase.KeyExchange, HandshakePhase.HostKeyVerification, HandshakePhase.NewKeys, HandshakePhase.Login],
            report.Phases.Select(phase => phase.Phase));
        for (int i = 1; i < report.Phases.Length; i++)
            Assert.Equal(report.Phases[i - 1].Start + report.Phases[i - 1].Duration, report.Phases[i].Start);
        Assert.Equal(["KEXINIT", "KEX method message 30", "NEWKEYS"], report.Packets.Where(packet => packet.Sent).Take(3).Select(packet => packet.Message));
        Assert.Equal(["KEXINIT", "KEX method message 31", "NEWKEYS"], report.Packets.Where(packet => !packet.Sent).Take(3).Select(packet => packet.Message));
        Assert.Equal(report.Packets.Where(packet => packet.Sent).Sum(packet => packet.Length), report.Phases.Sum(phase => phase.BytesSent));
        Assert.Equal(report.Packets.Count(packet => !packet.Sent), report.Phases.Sum(phase => phase.PacketsReceived));
        Assert.Equal(0, report.PacketsOmitted);
    }

    [Fact]
    public async Task Packets_AreBoundedBeforeLogin_AndEndWithIt()
    {
        await using TransportPair pair = await TransportPair.ConnectAsync();
        for (int i = 0; i < 100; i++)
            pair.Client.Send(new Ignore([]));
        Assert.Equal(HandshakeRecorder.Limit, pair.Client.Negotiation.Packets.Length);
        pair.Client.LoginCompleted();
        int omitted = pair.Client.Negotiation.PacketsOmitted;
        Assert.InRange(omitted, 30, 50);
        pair.Client.Send(new Ignore([]));
        Assert.Equal(omitted, pair.Client.Negotiation.PacketsOmitted);
    }

    [Fact]
    public async Task NothingInCommon_IsExplainedForEveryKindThatFails()
    {
        DuplexPipePair pipes = new();
        Task<SshTransport> server = TransportPair.StartAsync(
            pipes.Right, TransportRole.Server,
            new TransportOptions { HostKeys = [TransportPair.HostKey], Algorithms = AlgorithmPreferences.Default.Apply(ciphers: "aes128-ctr", macs: "hmac-sha2-256", keyExchange: "curve25519-sha256") },
            new RecordingReceiver());
        PeerIncompatibleException failure = await Assert.ThrowsAsync<PeerIncompatibleException>(() => TransportPair.StartAsync(
            pipes.Left, TransportRole.Client,
            new TransportOptions { Algorithms = AlgorithmPreferences.Default.Apply(ciphers: "aes256-ctr", macs: "hmac-sha2-512,hmac-sha2-256") },
            new RecordingReceiver()));
        SshException there = await Assert.ThrowsAnyAsync<SshException>(() => server);
        NegotiationReport report = failure.Negotiation!;
        Assert.Equal(AlgorithmKind.CipherClientToServer, report.FirstMismatch);
        AlgorithmNegotiation cipher = report.Algorithms[2];
        Assert.Empty(cipher.Common);
        Assert.Equal<string>(["aes256-ctr"], cipher.PassedOver);
        Assert.Equal("None of the client's names is among the server's: there is no common cipher (client to server).", cipher.Explanation);
        AlgorithmNegotiation mac = report.Algorithms[4];
        Assert.Equal("hmac-sha2-256 is the first of the client's names that the server has; it does not have hmac-sha2-512.", mac.Explanation);
        AlgorithmNegotiation kex = report.Algorithms[0];
        Assert.Equal<string>(["curve25519-sha256"], kex.Common);
        Assert.Equal(HandshakePhase.Negotiation, report.Phases[^1].Phase);
        Assert.Equal((ConnectionSide.Client, SshErrorCode.NoCommonAlgorithm, DisconnectReason.KeyExchangeFailed), (report.End!.By, report.End.Code, report.End.Reason));

        // Whichever of the server's two reasons comes first, it tells how the connection ended.
        ConnectionEnd end = there.Negotiation!.End!;
        Assert.True(end.Code == SshErrorCode.NoCommonAlgorithm ? end.By == ConnectionSide.Server : end is { By: ConnectionSide.Client, Reason: DisconnectReason.KeyExchangeFailed });
    }

    [Fact]
    public async Task PeersDisconnect_IsTheEnd_WithItsReasonAndText()
    {
        await using TransportPair pair = await TransportPair.ConnectAsync();
        pair.Server.Send(new Disconnect(DisconnectReason.TooManyConnections, "come \u001b[2Jback later", ""));
        SshException reason = await pair.Client.Ended.WaitAsync(TimeSpan.FromSeconds(10));
        ConnectionEnd expected = new(ConnectionSide.Server, SshErrorCode.PeerDisconnected, reason.Sentence)
        {
            Reason = DisconnectReason.TooManyConnections,
            Text = "come \\u001b[2Jback later",
        };
        Assert.Equal(expected, reason.Negotiation!.End);
        Assert.Equal(expected, pair.Client.Negotiation.End);
    }

    [Fact]
    public async Task Rekey_CountsRounds_AndKeepsTheFirstMarkers()
    {
        await using TransportPair pair = await TransportPair.ConnectAsync();
        pair.Client.LoginCompleted();
        pair.Server.LoginCompleted();
        pair.Client.Rekey();
        for (int i = 0; i < 500 && pair.Client.Negotiation.Round < 2; i++)
            await Task.Delay(10);
        NegotiationReport report = pair.Client.Negotiation;
        Assert.Equal(2, report.Round);
        Assert.Empty(report.ClientKexInit!.Markers);
        Assert.Contains("kex-strict-s-v00@openssh.com", report.ServerMarkers);
        Assert.True(report.StrictKeyExchange);
    }

    [Fact]
    public async Task DebugMessagesAndExtensions_AreKept()
    {
        await using TransportPair pair = await TransportPair.ConnectAsync();
        for (int i = 0; i < 30; i++)
            pair.Server.Send(new Debug(AlwaysDisplay: true, $"text {i}\u0007", ""));
        for (int i = 0; i < 500 && pair.Client.Negotiation.DebugMessages.Length < ReportParts.Texts; i++)
            await Task.Delay(10);
        NegotiationReport report = pair.Client.Negotiation;
        Assert.Equal(ReportParts.Texts, report.DebugMessages.Length);
        Assert.Equal("text 0\\u0007", report.DebugMessages[0]);
        Assert.Equal(["server-sig-algs", "publickey-hostbound@openssh.com", "ping@openssh.com"], report.ServerExtensions.Select(extension => extension.Name));
        Assert.Equal<ExtensionReport>(report.ServerExtensions, pair.Server.Negotiation.ServerExtensions);
        Assert.Empty(report.ClientExtensions);
    }

    [Fact]
    public void HostKey_OfATypeThatCannotBeRead_IsStillShown()
    {
        WireBuffer blob = new();
        new SshWriter(blob).Text("ssh-ed25519-cert-v01@openssh.com");
        HostKeyReport key = ReportParts.HostKey(blob.Written, "ssh-ed25519-cert-v01@openssh.com");
        Assert.True(key.IsCertificate);
        Assert.Equal(0, key.Bits);
        Assert.StartsWith("SHA256:", key.Sha256, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_IsReadBack()
    {
        await using TransportPair pair = await TransportPair.ConnectAsync();
        string json = pair.Client.Negotiation.ToJson();
        Assert.Contains("\"kind\": \"cipherClientToServer\"", json, StringComparison.Ordinal);
        Assert.Equal(json, NegotiationReport.FromJson(json).ToJson());
    }

    [Fact]
    public void Json_WithMembersLeftOut_IsRead()
    {
        NegotiationReport report = NegotiationReport.FromJson($"{{\"schema\": \"{NegotiationReport.SchemaName}\", \"serverVersion\": \"SSH-2.0-Go\"}}");
        Assert.Empty(report.Algorithms);
        Assert.Empty(report.Packets);
        Assert.Equal("golang.org/x/crypto/ssh", report.ServerSoftware?.Name);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"schema\": \"another\"}")]
    [InlineData("{\"round\": \"one\"}")]
    [InlineData("{\"round\": 1, \"round\": 2}")]
    public void Json_ThatIsNoReport_IsRefused(string json) =>
        Assert.Equal(SshErrorCode.Misuse, Assert.Throws<LocalMisuseException>(() => NegotiationReport.FromJson(json)).Code);
}
