using BenchmarkDotNet.Attributes;
using LucidSsh.Crypto;

namespace LucidSsh.Benchmarks.Crypto;

/// <summary>ML-KEM-768 on vectors and in plain words. (BouncyCastle.NetCore 1.8.5 has no ML-KEM to compare with.)</summary>
public class MlKemBenchmarks
{
    private readonly byte[] _seed = new byte[MlKem.SeedLength];
    private readonly byte[] _publicKey = new byte[MlKem768.PublicKeyLength];
    private readonly byte[] _privateKey = new byte[MlKem768.PrivateKeyLength];
    private readonly byte[] _ciphertext = new byte[MlKem768.CiphertextLength];
    private readonly byte[] _secret = new byte[MlKem768.SharedSecretLength];
    private MlKem _kem = null!;

    [Params(true, false)]
    public bool Vectors { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _kem = new MlKem(rank: 3, bitsOfU: 10, bitsOfV: 4, Vectors ? MlKemRing.Best : MlKemRing.Portable);
        _kem.GenerateKeyPair(_seed, _seed, _publicKey, _privateKey);
        _kem.TryEncapsulate(_publicKey, _seed, _ciphertext, _secret);
    }

    [Benchmark]
    public void GenerateKeyPair() => _kem.GenerateKeyPair(_seed, _seed, _publicKey, _privateKey);

    [Benchmark]
    public bool Encapsulate() => _kem.TryEncapsulate(_publicKey, _seed, _ciphertext, _secret);

    [Benchmark]
    public void Decapsulate() => _kem.Decapsulate(_privateKey, _ciphertext, _secret);
}
