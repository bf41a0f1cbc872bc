using BenchmarkDotNet.Attributes;
using LucidSsh.Crypto;

namespace LucidSsh.Benchmarks.Crypto;

/// <summary>sntrup761 on vectors and in plain words. (BouncyCastle.NetCore 1.8.5 has no NTRU Prime to compare with.)</summary>
public class Sntrup761Benchmarks : IRandomSource
{
    private readonly Random _random = new(1);
    private readonly byte[] _publicKey = new byte[Sntrup761.PublicKeyLength];
    private readonly byte[] _privateKey = new byte[Sntrup761.PrivateKeyLength];
    private readonly byte[] _ciphertext = new byte[Sntrup761.CiphertextLength];
    private readonly byte[] _secret = new byte[Sntrup761.SharedSecretLength];
    private Sntrup761Kem _kem = null!;

    [Params(true, false)]
    public bool Vectors { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _kem = new Sntrup761Kem(Vectors ? Sntrup761Ring.Best : Sntrup761Ring.Portable);
        _kem.GenerateKeyPair(this, _publicKey, _privateKey);
        _kem.TryEncapsulate(_publicKey, this, _ciphertext, _secret);
    }

    [Benchmark]
    public void GenerateKeyPair() => _kem.GenerateKeyPair(this, _publicKey, _privateKey);

    [Benchmark]
    public bool Encapsulate() => _kem.TryEncapsulate(_publicKey, this, _ciphertext, _secret);

    [Benchmark]
    public void Decapsulate() => _kem.Decapsulate(_privateKey, _ciphertext, _secret);

    void IRandomSource.Fill(Span<byte> destination) => _random.NextBytes(destination);
}
