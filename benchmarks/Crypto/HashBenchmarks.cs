using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using LucidSsh.Crypto;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Parameters;

namespace LucidSsh.Benchmarks.Crypto;

/// <summary>Hashes and MACs over a small and a large packet: ours, the base library's (OpenSSL's on Linux), BouncyCastle's.
/// For OpenSSL alone: openssl speed -elapsed -seconds 2 -bytes 32768 -evp sha512.</summary>
public class HashBenchmarks : IDisposable
{
    private readonly byte[] _digest = new byte[64];
    private byte[] _packet = [];
    private readonly Hash _sha256 = Hash.Create(HashName.Sha256);
    private readonly Hash _sha512 = Hash.Create(HashName.Sha512);
    private readonly Hmac _hmac = new(HashName.Sha256, new byte[32]);
    private readonly IncrementalHash _baseHmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, new byte[32]);
    private readonly Umac _umac = new(new byte[16], 16);

    [Params(64, 32768)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _packet = new byte[Size];
        new Random(1).NextBytes(_packet);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _sha256.Dispose();
        _sha512.Dispose();
        _hmac.Dispose();
        _baseHmac.Dispose();
        _umac.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public void Sha256()
    {
        _sha256.Append(_packet);
        _sha256.Finish(_digest);
    }

    [Benchmark]
    public void Sha256BaseLibrary() => SHA256.HashData(_packet, _digest);

    [Benchmark]
    public void Sha256BouncyCastle() => Run(new Sha256Digest());

    [Benchmark]
    public void Sha512()
    {
        _sha512.Append(_packet);
        _sha512.Finish(_digest);
    }

    [Benchmark]
    public void Sha512BaseLibrary() => SHA512.HashData(_packet, _digest);

    [Benchmark]
    public void Sha512BouncyCastle() => Run(new Sha512Digest());

    [Benchmark]
    public void HmacSha256()
    {
        _hmac.Append(_packet);
        _hmac.Finish(_digest);
    }

    [Benchmark]
    public void HmacSha256BaseLibrary()
    {
        _baseHmac.AppendData(_packet);
        _baseHmac.GetHashAndReset(_digest);
    }

    [Benchmark]
    public void HmacSha256BouncyCastle()
    {
        Org.BouncyCastle.Crypto.Macs.HMac hmac = new(new Sha256Digest());
        hmac.Init(new KeyParameter(new byte[32]));
        hmac.BlockUpdate(_packet, 0, Size);
        hmac.DoFinal(_digest, 0);
    }

    [Benchmark]
    public void Umac128() => _umac.Compute(1, _packet, _digest);

    private void Run(IDigest digest)
    {
        digest.BlockUpdate(_packet, 0, Size);
        digest.DoFinal(_digest, 0);
    }
}
