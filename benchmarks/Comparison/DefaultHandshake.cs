using LucidSsh.Crypto;
using LucidSsh.Transport;

namespace LucidSsh.Benchmarks.Comparison;

/// <summary>All the cryptography of one connection between two defaults, client's and server's side after each other: the
/// first key exchange method and the first cipher of the tables, the host key's Ed25519 signature and its verification, the
/// exchange hash and the keys of both directions on both sides, a user's Ed25519 signature and its verification.</summary>
internal sealed class DefaultHandshake : IDisposable
{
    // What is hashed and signed besides keys is as long as in a usual handshake.
    private readonly byte[] _clientInit = new byte[1500];
    private readonly byte[] _serverInit = new byte[1100];
    private readonly byte[] _userRequest = new byte[200]; // RFC 4252 section 7
    private readonly PrivateKey _hostKey = PrivateKey.Generate("ssh-ed25519");
    private readonly PrivateKey _userKey = PrivateKey.Generate("ssh-ed25519");
    private readonly ValueKex _method = (ValueKex)KexTable.All[0];
    private readonly DirectionAlgorithms _direction = new(CipherTable.All[0], null);
    private readonly byte[] _packet = new byte[64];
    private readonly byte[] _body = new byte[60];
    private readonly byte[] _tag = new byte[16];

    public void Run()
    {
        SystemRandom random = SystemRandom.Shared;
        using IKexClient client = _method.Start(random);
        byte[] clientValue = client.ClientValue.ToArray();

        using KexResponse response = _method.Respond(clientValue, random);
        byte[] serverHash = Exchange(clientValue, response.ServerValue, response.SharedSecret);
        byte[] signature = _hostKey.Sign("ssh-ed25519", serverHash, random);

        using Secret clientSecret = client.Finish(response.ServerValue);
        byte[] clientHash = Exchange(clientValue, response.ServerValue, clientSecret);
        Check(_hostKey.PublicKey.Verify("ssh-ed25519", clientHash, signature));

        ProtectBothWays(
            new KeyDerivation(_method.Hash, clientSecret, clientHash, clientHash),
            new KeyDerivation(_method.Hash, response.SharedSecret, serverHash, serverHash));

        byte[] login = _userKey.Sign("ssh-ed25519", _userRequest, random);
        Check(_userKey.PublicKey.Verify("ssh-ed25519", _userRequest, login));
    }

    public void Dispose()
    {
        _hostKey.Dispose();
        _userKey.Dispose();
    }

    private void ProtectBothWays(KeyDerivation client, KeyDerivation server)
    {
        foreach (bool toServer in (ReadOnlySpan<bool>)[true, false])
        {
            using IPacketSealer sealer = _direction.CreateSealer(toServer ? client : server, toServer);
            using IPacketOpener opener = _direction.CreateOpener(toServer ? server : client, toServer);
            sealer.Seal(0, _packet, _tag);
            Check(opener.Open(0, _packet, _tag, _body));
        }
    }

    private byte[] Exchange(byte[] clientValue, byte[] serverValue, Secret secret) => ExchangeHash.Compute(
        _method.Hash, "SSH-2.0-LucidSsh_0.1.0", "SSH-2.0-LucidSsh_0.1.0", _clientInit, _serverInit,
        _hostKey.PublicKey.Blob.Span, default, clientValue, serverValue, secret.Span);

    private static void Check(bool condition)
    {
        if (!condition)
            throw new InvalidOperationException("The two sides of the handshake disagree.");
    }
}
