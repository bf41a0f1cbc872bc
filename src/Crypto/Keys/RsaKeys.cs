using System.Security.Cryptography;
using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>ssh-rsa (RFC 4253 section 6.6): string type, mpint e, mpint n. The key type says nothing about the hash; the
/// signature algorithm does (RFC 8332).</summary>
internal sealed class SshRsaPublicKey : PublicKey
{
    private readonly RsaPublicKey _key;

    private SshRsaPublicKey(byte[] blob, RsaPublicKey key)
        : base(KeyTypes.Rsa, blob) => _key = key;

    /// <inheritdoc />
    public override int Bits => _key.ModulusBits;

    /// <summary>n, big-endian.</summary>
    public ReadOnlySpan<byte> Modulus => _key.Modulus;

    /// <summary>e, big-endian.</summary>
    public ReadOnlySpan<byte> Exponent => _key.Exponent;

    /// <summary>The key around these numbers.</summary>
    public static SshRsaPublicKey FromNumbers(RsaPublicKey key)
    {
        WireBuffer buffer = new(key.Modulus.Length + 64);
        SshWriter writer = new(buffer);
        writer.Text(KeyTypes.Rsa);
        writer.MpInt(key.Exponent);
        writer.MpInt(key.Modulus);
        return new SshRsaPublicKey(buffer.Written.ToArray(), key);
    }

    /// <summary>Reads the fields after the type. <paramref name="unsupported"/> is the end of a sentence about a key that is
    /// well formed, but not of a size that is supported.</summary>
    public static SshRsaPublicKey? Read(ReadOnlySpan<byte> blob, ref SshReader reader, out string? unsupported)
    {
        unsupported = null;
        ReadOnlySpan<byte> e = reader.MpInt("public exponent");
        SshReader ahead = reader;
        if (ahead.String("modulus").Length > WireLimits.MpInt)
        {
            unsupported = $"is an RSA key of more than {RsaPublicKey.LargestBits} bits, which is not supported";
            return null;
        }

        ReadOnlySpan<byte> n = reader.MpInt("modulus");
        if (reader.Fault is not null)
            return null;
        try
        {
            return new SshRsaPublicKey(blob.ToArray(), new RsaPublicKey(n, e));
        }
        catch (CryptographicException refused)
        {
            reader.Fail(refused.Message.TrimEnd('.'));
            return null;
        }
    }

    private protected override bool VerifySignature(HashName hash, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        _key.Verify(hash, data, signature);
}

/// <summary>The private half: two primes and what follows from them.</summary>
internal sealed class SshRsaPrivateKey : PrivateKey
{
    private readonly RsaPrivateKey _key;

    private SshRsaPrivateKey(RsaPrivateKey key)
        : base(SshRsaPublicKey.FromNumbers(key.PublicKey)) => _key = key;

    /// <summary>A new key.</summary>
    public static SshRsaPrivateKey Generate(int bits, IRandomSource random) => new(RsaKeyGeneration.Generate(bits, random));

    /// <summary>The key with these numbers, big-endian; null where they do not belong together, and
    /// <paramref name="fault"/> says why. What else files hold (d mod (p-1), 1/q mod p) is computed, not believed.</summary>
    public static SshRsaPrivateKey? FromNumbers(
        ReadOnlySpan<byte> n, ReadOnlySpan<byte> e, ReadOnlySpan<byte> d, ReadOnlySpan<byte> p, ReadOnlySpan<byte> q, out string fault)
    {
        fault = "";
        try
        {
            return new SshRsaPrivateKey(new RsaPrivateKey(n, e, d, p, q));
        }
        catch (CryptographicException refused)
        {
            fault = refused.Message.Replace("The RSA private key is damaged: ", "", StringComparison.Ordinal).TrimEnd('.');
            return null;
        }
    }

    /// <inheritdoc cref="PrivateKey.ReadFields" />
    public static new SshRsaPrivateKey? ReadFields(ref SshReader reader)
    {
        ReadOnlySpan<byte> n = reader.MpInt("modulus"), e = reader.MpInt("public exponent"), d = reader.MpInt("private exponent");
        reader.MpInt("coefficient");
        ReadOnlySpan<byte> p = reader.MpInt("first prime"), q = reader.MpInt("second prime");
        if (reader.Fault is not null)
            return null;

        SshRsaPrivateKey? key = FromNumbers(n, e, d, p, q, out string fault);
        if (key is null)
            reader.Fail(fault);
        return key;
    }

    /// <inheritdoc />
    internal override void WriteFields(SshWriter writer)
    {
        writer.Text(KeyTypes.Rsa);
        writer.MpInt(_key.PublicKey.Modulus);
        writer.MpInt(_key.PublicKey.Exponent);
        writer.MpInt(_key.PrivateExponent);
        writer.MpInt(_key.Coefficient);
        writer.MpInt(_key.P);
        writer.MpInt(_key.Q);
    }

    /// <summary>Writes n, e, d, p, q, d mod (p-1), d mod (q-1), 1/q mod p, the numbers of an RSAPrivateKey after its version.</summary>
    public void WritePkcs1Numbers(DerWriter writer)
    {
        writer.Integer(_key.PublicKey.Modulus);
        writer.Integer(_key.PublicKey.Exponent);
        writer.Integer(_key.PrivateExponent);
        writer.Integer(_key.P);
        writer.Integer(_key.Q);
        writer.Integer(_key.ExponentP);
        writer.Integer(_key.ExponentQ);
        writer.Integer(_key.Coefficient);
    }

    /// <summary>Writes d, p, q, 1/q mod p, as PuTTY's files hold them.</summary>
    public void WritePuttyNumbers(SshWriter writer)
    {
        writer.MpInt(_key.PrivateExponent);
        writer.MpInt(_key.P);
        writer.MpInt(_key.Q);
        writer.MpInt(_key.Coefficient);
    }

    private protected override void WriteSignature(HashName hash, ReadOnlySpan<byte> data, IRandomSource random, SshWriter writer)
    {
        try
        {
            _key.Sign(hash, data, random, writer.Buffer.Extend(_key.PublicKey.SignatureLength));
        }
        catch (CryptographicException refused)
        {
            throw new LocalMisuseException(SshErrorCode.CredentialFailed, refused.Message, $"{KeyTypes.MakeAnother}.", refused);
        }
    }

    private protected override void ZeroSecrets() => _key.Dispose();
}
