using System.Buffers.Binary;
using LucidSsh.Connection;
using LucidSsh.Crypto;
using LucidSsh.Tests.Crypto.Keys;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Transport;

/// <summary>Host certificates in the key exchange, both roles: what is shown, what signs, and servers that cheat.</summary>
public sealed class HostCertificateTests
{
    private static readonly PrivateKey Authority = PrivateKey.Generate("ssh-ed25519");

    private static Certificate Certify(PublicKey key) =>
        new CertificateRequest(key, CertificateKind.Host) { KeyId = "the host", Serial = 3, Principals = ["files.example.org"], ValidAfter = 1, ValidBefore = 4_000_000_000 }.Sign(Authority);

    [Theory]
    [InlineData("ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com", "")]
    [InlineData("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256-cert-v01@openssh.com", "")]
    [InlineData("ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384-cert-v01@openssh.com", "")]
    [InlineData("ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521-cert-v01@openssh.com", "")]
    [InlineData("ssh-rsa", "rsa-sha2-512-cert-v01@openssh.com", "")]
    [InlineData("ssh-rsa", "rsa-sha2-256-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com")]
    [InlineData("ssh-rsa", "ssh-rsa-cert-v01@openssh.com", "ssh-rsa-cert-v01@openssh.com")]
    public async Task CertificateOfEachType_IsShownAndSurvivesARekey(string type, string expected, string asked)
    {
        using PrivateKey key = KeyTools.NewKey(type);
        Certificate certificate = Certify(key.PublicKey);
        AlgorithmPreferences algorithms = AlgorithmPreferences.Default.Apply(hostKeys: asked.Length > 0 ? asked : null);
        await using TransportPair pair = await TransportPair.ConnectAsync(
            client => client with { Algorithms = algorithms },
            server => server with { HostKeys = [TransportPair.HostKey, key], HostCertificates = [certificate], Algorithms = AlgorithmPreferences.Default.Apply(hostKeys: "+ssh-rsa-cert-v01@openssh.com") });
        Assert.Equal(expected, pair.Client.Negotiation.Chosen(AlgorithmKind.HostKey));
        Assert.Equal(new ServerHostKey(key.PublicKey, certificate), pair.Client.ServerHostKey);
        Assert.Equal(certificate.Blob.ToArray(), pair.Client.HostKey.ToArray());
        Assert.Equal(certificate.Blob.ToArray(), pair.Server.HostKey.ToArray());

        pair.Client.LoginCompleted();
        pair.Server.LoginCompleted();
        pair.Client.Rekey();
        pair.Client.Send(new ChannelData(1, [1]));
        Assert.Equal(1, Message.Decode<ChannelData>(pair.ServerReceiver.Next()).Data[0]);
        pair.Server.Send(new ChannelData(2, [2]));
        Assert.Equal(2, Message.Decode<ChannelData>(pair.ClientReceiver.Next()).Data[0]);
        Assert.Equal(2, pair.Client.Negotiation.Round);
    }

    [Fact]
    public async Task Client_ThatPutsPlainKeysFirst_GetsThePlainKey()
    {
        await using TransportPair pair = await TransportPair.ConnectAsync(
            client => client with { Algorithms = client.Algorithms.Apply(hostKeys: "^ssh-ed25519") },
            server => server with { HostCertificates = [Certify(TransportPair.HostKey.PublicKey)] });
        Assert.Equal(new ServerHostKey(TransportPair.HostKey.PublicKey), pair.Client.ServerHostKey);
    }

    [Fact]
    public async Task Report_HasWhatTheCertificateSays()
    {
        Certificate certificate = Certify(TransportPair.HostKey.PublicKey);
        await using TransportPair pair = await TransportPair.ConnectAsync(server: server => server with { HostCertificates = [certificate] });
        HostKeyReport key = pair.Client.Negotiation.HostKey!;
        Assert.True(key.IsCertificate);
        Assert.Null(key.Fault);
        Assert.Equal((256, "ssh-ed25519-cert-v01@openssh.com"), (key.Bits, key.Algorithm));
        CertificateReport report = key.Certificate!;
        Assert.Equal(("the host", "3", "host"), (report.KeyId, report.Serial, report.Kind));
        Assert.Equal<string>(["files.example.org"], report.Principals);
        Assert.Equal((DateTimeOffset.FromUnixTimeSeconds(1), DateTimeOffset.FromUnixTimeSeconds(4_000_000_000)), (report.ValidAfter, report.ValidBefore));
        Assert.Equal((TransportPair.HostKey.PublicKey.Fingerprint, "ssh-ed25519", Authority.PublicKey.Fingerprint, "ssh-ed25519"), (report.Key, report.AuthorityType, report.Authority, report.SignatureAlgorithm));
        string json = pair.Client.Negotiation.ToJson();
        Assert.Equal(json, NegotiationReport.FromJson(json).ToJson());
        Assert.Contains(
            $"host certificate \"the host\" serial 3 for files.example.org, valid from 1970-01-01 00:00:01Z until 2096-10-02 07:06:40Z, signed by ssh-ed25519 {Authority.PublicKey.Fingerprint} with ssh-ed25519",
            pair.Client.Negotiation.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_OfACertificateThatCannotBeRead_SaysWhy()
    {
        byte[] blob = Certify(TransportPair.HostKey.PublicKey).Blob.ToArray();
        blob[^1] ^= 1;
        HostKeyReport key = ReportParts.HostKey(blob, "ssh-ed25519-cert-v01@openssh.com");
        Assert.Null(key.Certificate);
        Assert.Contains("does not verify", key.Fault, StringComparison.Ordinal);
        Assert.EndsWith("says 7 bytes, 0 remain", ReportParts.HostKey([0, 0, 0, 7, .. "ssh-rsa"u8, 0, 0, 0, 7], "ssh-rsa").Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Server_SignsWithTheCertifiedKey_ElseTheClientLeaves()
    {
        using PrivateKey stranger = PrivateKey.Generate("ssh-ed25519");
        Certificate certificate = Certify(TransportPair.HostKey.PublicKey);
        new CheatingServer("ssh-ed25519-cert-v01@openssh.com").Show(certificate.Blob.ToArray(), hash => TransportPair.HostKey.Sign("ssh-ed25519", hash, SystemRandom.Shared));
        PeerMisbehavedException exception = Assert.Throws<PeerMisbehavedException>(() =>
            new CheatingServer("ssh-ed25519-cert-v01@openssh.com").Show(certificate.Blob.ToArray(), hash => stranger.Sign("ssh-ed25519", hash, SystemRandom.Shared)));
        Assert.Equal($"The server's signature of the key exchange does not verify with its host key {certificate.Key.Fingerprint}.", exception.Sentence);

        // The authority's own signature proves nothing about who holds the host's key.
        Assert.Throws<PeerMisbehavedException>(() =>
            new CheatingServer("ssh-ed25519-cert-v01@openssh.com").Show(certificate.Blob.ToArray(), hash => Authority.Sign("ssh-ed25519", hash, SystemRandom.Shared)));
    }

    [Fact]
    public void Signature_NamesThePlainAlgorithm_ElseTheClientLeaves()
    {
        using PrivateKey rsa = KeyTools.NewKey("ssh-rsa");
        byte[] blob = Certify(rsa.PublicKey).Blob.ToArray();
        new CheatingServer("rsa-sha2-512-cert-v01@openssh.com").Show(blob, hash => rsa.Sign("rsa-sha2-512", hash, SystemRandom.Shared));
        foreach (string weaker in (string[])["rsa-sha2-256", "ssh-rsa"])
            Assert.Throws<PeerMisbehavedException>(() => new CheatingServer("rsa-sha2-512-cert-v01@openssh.com").Show(blob, hash => rsa.Sign(weaker, hash, SystemRandom.Shared)));
    }

    [Fact]
    public void WhatIsShown_IsOfTheTypeThatWasAgreedOn()
    {
        byte[] certificate = Certify(TransportPair.HostKey.PublicKey).Blob.ToArray(), plain = TransportPair.HostKey.PublicKey.Blob.ToArray();
        byte[] Sign(byte[] hash) => TransportPair.HostKey.Sign("ssh-ed25519", hash, SystemRandom.Shared);
        Assert.Equal("The server agreed on ssh-ed25519-cert-v01@openssh.com and showed a host key of type ssh-ed25519.",
            Assert.Throws<PeerMisbehavedException>(() => new CheatingServer("ssh-ed25519-cert-v01@openssh.com").Show(plain, Sign)).Sentence);
        Assert.Equal("The server agreed on ssh-ed25519 and showed a host key of type ssh-ed25519-cert-v01@openssh.com.",
            Assert.Throws<PeerMisbehavedException>(() => new CheatingServer("ssh-ed25519").Show(certificate, Sign)).Sentence);
        certificate[^1] ^= 1;
        Assert.Contains("does not verify, so it was forged or damaged",
            Assert.Throws<PeerMisbehavedException>(() => new CheatingServer("ssh-ed25519-cert-v01@openssh.com").Show(certificate, Sign)).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void ShortRsaKey_InACertificate_IsRefusedAsAPlainOneIs()
    {
        using PrivateKey rsa = KeyTools.NewKey("ssh-rsa");
        CheatingServer server = new("rsa-sha2-512-cert-v01@openssh.com", options => options with { MinimumRsaBits = 3072 });
        Assert.Equal("The server's RSA host key has 2048 bits; at least 3072 are required.",
            Assert.Throws<PeerIncompatibleException>(() => server.Show(Certify(rsa.PublicKey).Blob.ToArray(), hash => rsa.Sign("rsa-sha2-512", hash, SystemRandom.Shared))).Sentence);
    }

    [Fact]
    public void EveryHostCertificateAlgorithm_IsOfferedBeforeItsPlainOne()
    {
        string[] offered = [.. AlgorithmPreferences.Default.HostKeys];
        Assert.Equal(6, offered.TakeWhile(name => name.Contains("-cert-", StringComparison.Ordinal)).Count());
        Assert.DoesNotContain("ssh-rsa-cert-v01@openssh.com", offered);
        Assert.DoesNotContain(HostKeyTable.UserKeyAlgorithms, name => name.Contains("-cert-", StringComparison.Ordinal));
    }

    /// <summary>A server in front of a real client, up to the reply that shows its host key.</summary>
    private sealed class CheatingServer
    {
        private const string Line = "SSH-2.0-Peer";

        private readonly EngineEnd _client;
        private readonly byte[] _clientInit, _serverInit, _clientValue;
        private readonly string _clientLine;

        public CheatingServer(string hostKeyAlgorithm, Func<TransportOptions, TransportOptions>? options = null)
        {
            TransportOptions usual = new() { Algorithms = AlgorithmPreferences.Default.Apply(keyExchange: "curve25519-sha256", hostKeys: $"^{hostKeyAlgorithm}") };
            _client = new EngineEnd(TransportRole.Client, options?.Invoke(usual) ?? usual, seed: 1);
            byte[] first = _client.Take();
            int end = first.AsSpan().IndexOf("\r\n"u8);
            _clientLine = System.Text.Encoding.ASCII.GetString(first, 0, end);
            _client.Receive([.. System.Text.Encoding.ASCII.GetBytes(Line), 13, 10]);
            _clientInit = Payload(first[(end + 2)..] is { Length: > 0 } packet ? packet : _client.Take());
            _serverInit = Message.ToArray(new KexInit
            {
                KexAlgorithms = ["curve25519-sha256"],
                ServerHostKeyAlgorithms = [hostKeyAlgorithm],
                EncryptionClientToServer = ["aes128-ctr"],
                EncryptionServerToClient = ["aes128-ctr"],
                MacClientToServer = ["hmac-sha2-256"],
                MacServerToClient = ["hmac-sha2-256"],
                CompressionClientToServer = ["none"],
                CompressionServerToClient = ["none"],
            });
            _client.Receive(Packet(_serverInit));
            _clientValue = Message.Decode<KexExchangeInit>(Payload(_client.Take())).ClientValue.ToArray();
        }

        /// <summary>Shows a host key or certificate and a signature; throws what the client throws.</summary>
        public void Show(byte[] hostKey, Func<byte[], byte[]> sign)
        {
            ValueKex method = KexMethods.Find("curve25519-sha256");
            using KexResponse response = method.Respond(_clientValue, SystemRandom.Shared);
            byte[] hash = ExchangeHash.Compute(
                method.Hash, _clientLine, Line, _clientInit, _serverInit, hostKey, [], _clientValue, response.ServerValue, response.SharedSecret.Span);
            _client.Receive(Packet(Message.ToArray(new KexExchangeReply(hostKey, response.ServerValue, sign(hash)))));
        }

        private static byte[] Payload(byte[] packet) => packet[5..(4 + (int)BinaryPrimitives.ReadUInt32BigEndian(packet) - packet[4])];

        private static byte[] Packet(byte[] payload)
        {
            WireBuffer buffer = new();
            int start = PacketFraming.Begin(buffer);
            new SshWriter(buffer).Bytes(payload);
            PacketFraming.End(buffer, start, new PlainProtection(), new ReplayedRandom(1));
            return buffer.Written.ToArray();
        }
    }
}
