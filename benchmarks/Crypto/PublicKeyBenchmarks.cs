using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using LucidSsh.Crypto;
using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Security;
using BigInteger = Org.BouncyCastle.Math.BigInteger;

namespace LucidSsh.Benchmarks.Crypto;

/// <summary>ECDSA and ECDH on P-256: ours, the base library's (OpenSSL's on Linux), BouncyCastle's.</summary>
public class NistCurveBenchmarks : IDisposable
{
    private static readonly ECDomainParameters Domain = DomainOf("secp256r1");

    private readonly byte[] _key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private readonly byte[] _point = new byte[NistCurve.P256.PointLength];
    private readonly byte[] _shared = new byte[32];
    private readonly byte[] _message = new byte[32];
    private readonly byte[] _r = new byte[32];
    private readonly byte[] _s = new byte[32];
    private readonly ECDsa _baseSigner = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDiffieHellman _baseAgreement = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
    private ISigner _bouncySigner = null!;
    private byte[] _baseSignature = [];

    [GlobalSetup]
    public void Setup()
    {
        NistCurve.P256.DerivePublicKey(_key, _point);
        Ecdsa.Sign(NistCurve.P256, _key, HashName.Sha256, _message, null, _r, _s);
        _baseSignature = _baseSigner.SignData(_message, HashAlgorithmName.SHA256);
        _bouncySigner = SignerUtilities.GetSigner("SHA-256withECDSA");
        _bouncySigner.Init(true, new ECPrivateKeyParameters(new BigInteger(1, _key), Domain));
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _baseSigner.Dispose();
        _baseAgreement.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public bool Agree() => NistCurve.P256.TryAgree(_key, _point, _shared);

    [Benchmark]
    public byte[] AgreeBaseLibrary() => _baseAgreement.DeriveRawSecretAgreement(_baseAgreement.PublicKey);

    [Benchmark]
    public byte[] AgreeBouncyCastle() =>
        Domain.Curve.DecodePoint(_point).Multiply(new BigInteger(1, _key)).Normalize().AffineXCoord.GetEncoded();

    [Benchmark]
    public void Sign() => Ecdsa.Sign(NistCurve.P256, _key, HashName.Sha256, _message, null, _r, _s);

    [Benchmark]
    public byte[] SignBaseLibrary() => _baseSigner.SignData(_message, HashAlgorithmName.SHA256);

    [Benchmark]
    public byte[] SignBouncyCastle()
    {
        _bouncySigner.BlockUpdate(_message, 0, _message.Length);
        return _bouncySigner.GenerateSignature();
    }

    [Benchmark]
    public bool Verify() => Ecdsa.Verify(NistCurve.P256, _point, HashName.Sha256, _message, _r, _s);

    [Benchmark]
    public bool VerifyBaseLibrary() => _baseSigner.VerifyData(_message, _baseSignature, HashAlgorithmName.SHA256);

    private static ECDomainParameters DomainOf(string name)
    {
        Org.BouncyCastle.Asn1.X9.X9ECParameters curve = SecNamedCurves.GetByName(name);
        return new ECDomainParameters(curve.Curve, curve.G, curve.N, curve.H);
    }
}

/// <summary>RSA signatures: ours (blinded, and verified before they leave), the base library's, BouncyCastle's.</summary>
public class RsaBenchmarks : IDisposable
{
    private readonly byte[] _message = new byte[32];
    private PrivateKey _own = null!;
    private RSA _base = null!;
    private RsaDigestSigner _bouncy = null!;

    [Params(2048, 3072)]
    public int Bits { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _own = PrivateKey.Generate("ssh-rsa", Bits);
        _base = RSA.Create(Bits);
        RSAParameters key = _base.ExportParameters(includePrivateParameters: true);
        _bouncy = new RsaDigestSigner(new Org.BouncyCastle.Crypto.Digests.Sha256Digest());
        _bouncy.Init(true, new RsaPrivateCrtKeyParameters(
            new(1, key.Modulus), new(1, key.Exponent), new(1, key.D), new(1, key.P), new(1, key.Q), new(1, key.DP), new(1, key.DQ), new(1, key.InverseQ)));
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _own.Dispose();
        _base.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public byte[] Sign() => _own.Sign("rsa-sha2-256", _message, SystemRandom.Shared);

    [Benchmark]
    public byte[] SignBaseLibrary() => _base.SignData(_message, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    [Benchmark]
    public byte[] SignBouncyCastle()
    {
        _bouncy.BlockUpdate(_message, 0, _message.Length);
        return _bouncy.GenerateSignature();
    }
}

/// <summary>Diffie-Hellman in group 14: ours, and BouncyCastle's exponentiation (not in constant time); the base library has none.</summary>
public class DiffieHellmanBenchmarks
{
    private readonly DiffieHellmanGroup _group = DiffieHellmanGroup.Group14;
    private readonly BigInteger _modulus = new(DiffieHellmanPrimes.Group14, 16);
    private readonly byte[] _publicValue = new byte[DiffieHellmanGroup.Group14.ByteLength];
    private readonly byte[] _shared = new byte[DiffieHellmanGroup.Group14.ByteLength];
    private Secret _exponent = null!;

    [GlobalSetup]
    public void Setup()
    {
        _exponent = _group.GenerateExponent(SystemRandom.Shared);
        _group.ComputePublic(_exponent, _publicValue);
    }

    [Benchmark]
    public bool Agree() => _group.TryAgree(_exponent, _publicValue, _shared);

    [Benchmark]
    public object AgreeBouncyCastle() => new BigInteger(1, _publicValue).ModPow(new BigInteger(1, _exponent.Span.ToArray()), _modulus);
}
