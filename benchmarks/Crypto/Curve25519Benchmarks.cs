using BenchmarkDotNet.Attributes;
using LucidSsh.Crypto;
using BouncyEd25519 = Org.BouncyCastle.Math.EC.Rfc8032.Ed25519;
using BouncyX25519 = Org.BouncyCastle.Math.EC.Rfc7748.X25519;

namespace LucidSsh.Benchmarks.Crypto;

/// <summary>X25519 and Ed25519, ours and BouncyCastle's. For OpenSSL on the same machine: openssl speed ecdhx25519 ed25519.</summary>
public class Curve25519Benchmarks
{
    private readonly byte[] _key = new byte[32];
    private readonly byte[] _peer = new byte[32];
    private readonly byte[] _secret = new byte[32];
    private readonly byte[] _publicKey = new byte[32];
    private readonly byte[] _signature = new byte[64];
    private readonly byte[] _message = new byte[200]; // what a user's signature covers, roughly: RFC 4252 section 7

    [GlobalSetup]
    public void Setup()
    {
        Random random = new(1);
        random.NextBytes(_key);
        random.NextBytes(_peer);
        random.NextBytes(_message);
        Ed25519.DerivePublicKey(_key, _publicKey);
        Ed25519.Sign(_key, _publicKey, _message, _signature);
    }

    [Benchmark]
    public bool X25519Agree() => X25519.TryAgree(_key, _peer, _secret);

    [Benchmark]
    public void X25519AgreePortable() => X25519.MultiplyPortable(_key, _peer, _secret);

    [Benchmark]
    public void X25519AgreeBouncyCastle() => BouncyX25519.ScalarMult(_key, 0, _peer, 0, _secret, 0);

    [Benchmark]
    public void X25519PublicKey() => X25519.DerivePublicKey(_key, _secret);

    [Benchmark]
    public void X25519PublicKeyBouncyCastle() => BouncyX25519.ScalarMultBase(_key, 0, _secret, 0);

    [Benchmark]
    public void Ed25519Sign() => Ed25519.Sign(_key, _publicKey, _message, _signature);

    [Benchmark]
    public void Ed25519SignBouncyCastle() =>
        BouncyEd25519.Sign(_key, 0, _publicKey, 0, _message, 0, _message.Length, _signature, 0);

    [Benchmark]
    public bool Ed25519Verify() => Ed25519.Verify(_publicKey, _message, _signature);

    [Benchmark]
    public bool Ed25519VerifyBouncyCastle() =>
        BouncyEd25519.Verify(_signature, 0, _publicKey, 0, _message, 0, _message.Length);
}
