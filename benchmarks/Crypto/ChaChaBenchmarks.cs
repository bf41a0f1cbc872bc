using BenchmarkDotNet.Attributes;
using LucidSsh.Crypto;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;
using BaseChaCha20Poly1305 = System.Security.Cryptography.ChaCha20Poly1305;

namespace LucidSsh.Benchmarks.Crypto;

/// <summary>chacha20-poly1305@openssh.com over a small, a middling and a large packet, and its parts. The base library has only
/// the RFC's construction, BouncyCastle only the cipher. For OpenSSL alone: openssl speed -elapsed -seconds 2 -bytes 32768 -evp
/// chacha20-poly1305.</summary>
public class ChaChaBenchmarks : IDisposable
{
    private readonly byte[] _key = new byte[32];
    private readonly byte[] _nonce = new byte[12];
    private readonly byte[] _tag = new byte[16];
    private readonly ChaCha20Poly1305OpenSsh _cipher = new(new byte[64]);
    private readonly ChaChaEngine _bouncy = new(20);
    private BaseChaCha20Poly1305? _base;
    private byte[] _packet = [];
    private uint _sequence;

    [Params(64, 1024, 32768)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _packet = new byte[4 + Size];
        _base = BaseChaCha20Poly1305.IsSupported ? new BaseChaCha20Poly1305(_key) : null;
        _bouncy.Init(true, new ParametersWithIV(new KeyParameter(_key), new byte[8]));
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _cipher.Dispose();
        _base?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public void Seal() => _cipher.Seal(_sequence++, _packet, _tag);

    [Benchmark]
    public void SealBaseLibrary() => _base?.Encrypt(_nonce, _packet, _packet, _tag);

    [Benchmark]
    public void Cipher() => ChaCha20.Transform(_key, _nonce.AsSpan(0, 8), 0, _packet, _packet);

    [Benchmark]
    public void CipherBouncyCastle() => _bouncy.ProcessBytes(_packet, 0, _packet.Length, _packet, 0);

    [Benchmark]
    public void Authenticate() => Poly1305.Mac(_key, _packet, _tag);
}
