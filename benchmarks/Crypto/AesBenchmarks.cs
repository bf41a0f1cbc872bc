using BenchmarkDotNet.Attributes;
using LucidSsh.Crypto;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;
using BaseAesGcm = System.Security.Cryptography.AesGcm;

namespace LucidSsh.Benchmarks.Crypto;

/// <summary>One packet sealed with AES-256-GCM: this library on the processor's instructions and without them, the base library
/// (OpenSSL), BouncyCastle.</summary>
[MemoryDiagnoser]
public class AesGcmBenchmarks : IDisposable
{
    private readonly byte[] _key = new byte[32];
    private readonly byte[] _nonce = new byte[AesGcm.NonceSize];
    private readonly byte[] _tag = new byte[AesGcm.TagSize];
    private readonly byte[] _header = new byte[4];
    private byte[] _plaintext = [];
    private byte[] _ciphertext = [];
    private AesGcm _own = null!;
    private AesGcm _portable = null!;
    private BaseAesGcm _baseLibrary = null!;

    [Params(64, 1024, 32768)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        new Random(1).NextBytes(_key);
        _plaintext = new byte[Size];
        _ciphertext = new byte[Size + AesGcm.TagSize];
        _own = new AesGcm(_key);
        _portable = new AesGcm(_key, AesPath.Portable);
        _baseLibrary = new BaseAesGcm(_key, AesGcm.TagSize);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _own.Dispose();
        _portable.Dispose();
        _baseLibrary.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public void BaseLibrary() => _baseLibrary.Encrypt(_nonce, _plaintext, _ciphertext.AsSpan(0, Size), _tag, _header);

    [Benchmark]
    public void Own() => _own.Seal(_nonce, _plaintext, _ciphertext, _tag, _header);

    [Benchmark]
    public void OwnPortable() => _portable.Seal(_nonce, _plaintext, _ciphertext, _tag, _header);

    [Benchmark]
    public int BouncyCastle()
    {
        GcmBlockCipher cipher = new(new AesEngine());
        cipher.Init(true, new AeadParameters(new KeyParameter(_key), AesGcm.TagSize * 8, _nonce, _header));
        int written = cipher.ProcessBytes(_plaintext, 0, Size, _ciphertext, 0);
        return written + cipher.DoFinal(_ciphertext, written);
    }
}

/// <summary>Counter mode; the base library has none, so its block cipher over prepared counters stands in.</summary>
[MemoryDiagnoser]
public class AesCtrBenchmarks : IDisposable
{
    private readonly byte[] _text = new byte[32768];
    private readonly byte[] _keystream = new byte[32768];
    private readonly AesCtr _own = new(new byte[32], new byte[16]);
    private readonly System.Security.Cryptography.Aes _baseLibrary = System.Security.Cryptography.Aes.Create();

    [Params(64, 1024, 32768)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup() => _baseLibrary.Key = new byte[32];

    [GlobalCleanup]
    public void Dispose()
    {
        _own.Dispose();
        _baseLibrary.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public void Own() => _own.Transform(_text.AsSpan(0, Size), _text.AsSpan(0, Size));

    [Benchmark(Baseline = true)]
    public int BaseLibraryBlocks() =>
        _baseLibrary.EncryptEcb(_text.AsSpan(0, Size), _keystream, System.Security.Cryptography.PaddingMode.None);
}
