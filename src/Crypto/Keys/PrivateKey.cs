using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>A private key and the public key it belongs to. The secret numbers lie in pinned memory and are zeroed by
/// <see cref="Dispose"/>; there is no way to print them.</summary>
public abstract class PrivateKey : IDisposable
{
    private protected PrivateKey(PublicKey publicKey) => PublicKey = publicKey;

    /// <summary>The public half.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>The comment that travels with the key in its file; empty where there is none.</summary>
    public string Comment { get; set; } = "";

    /// <summary>Makes a new key from the process's random source.</summary>
    /// <param name="type"><c>ssh-ed25519</c>, <c>ecdsa-sha2-nistp256</c>, <c>-nistp384</c>, <c>-nistp521</c> or
    /// <c>ssh-rsa</c>.</param>
    /// <param name="bits">For RSA the modulus' size, 2048 to 16384 and a multiple of 8; 0 is 3072. The other types have one size
    /// each: 0 or that.</param>
    /// <exception cref="LocalMisuseException">There is no such type, or not of that size.</exception>
    public static PrivateKey Generate(string type, int bits = 0) => Generate(type, bits, SystemRandom.Shared);

    /// <summary>Makes a new key from the given random source.</summary>
    internal static PrivateKey Generate(string type, int bits, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (!KeyTypes.HasPrivateKeys(type))
        {
            throw new LocalMisuseException(
                SshErrorCode.KeyUnsupported, $"A new key {KeyTypes.WhyUnsupported(type)}.",
                "The types are ssh-ed25519, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, ecdsa-sha2-nistp521 and ssh-rsa.");
        }

        PrivateKey key = type switch
        {
            KeyTypes.Ed25519 => SshEd25519PrivateKey.Generate(random),
            KeyTypes.Rsa => SshRsaPrivateKey.Generate(CheckedRsaBits(bits), random),
            _ => SshEcdsaPrivateKey.Generate(type, random),
        };
        if (bits == 0 || bits == key.PublicKey.Bits)
            return key;
        int only = key.PublicKey.Bits;
        key.Dispose();
        throw new LocalMisuseException(
            SshErrorCode.KeyUnsupported, $"A new {type} key cannot have {bits} bits: this type has {only}, always.");
    }

    /// <summary>Signs <paramref name="data"/> and returns the signature blob (RFC 4253 section 6.6).</summary>
    /// <param name="algorithm">One of <see cref="PublicKey.SignatureAlgorithms"/>.</param>
    /// <param name="data">What is signed.</param>
    /// <param name="random">For RSA's blinding and ECDSA's hedged nonce; a signature stays sound where it is predictable.</param>
    /// <exception cref="LocalMisuseException">This key does not sign with that algorithm.</exception>
    internal byte[] Sign(string algorithm, ReadOnlySpan<byte> data, IRandomSource random)
    {
        if (SignatureAlgorithm.Find(algorithm) is not { } row || row.KeyType != PublicKey.Type)
        {
            throw new LocalMisuseException(
                SshErrorCode.KeyUnsupported, $"A key of type {PublicKey.Type} cannot sign with {algorithm}.",
                $"It signs with {string.Join(", ", PublicKey.SignatureAlgorithms)}.");
        }

        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        writer.Text(algorithm);
        int start = writer.BeginString();
        WriteSignature(row.Hash, data, random, writer);
        writer.EndString(start);
        return buffer.Written.ToArray();
    }

    private protected abstract void WriteSignature(HashName hash, ReadOnlySpan<byte> data, IRandomSource random, SshWriter writer);

    /// <summary>Writes the type and the numbers as an OpenSSH key file and the agent protocol hold them
    /// (draft-miller-ssh-agent section 3.2), without a comment.</summary>
    internal abstract void WriteFields(SshWriter writer);

    /// <summary>Reads what <see cref="WriteFields"/> writes; null after a fault, which the reader holds.</summary>
    internal static PrivateKey? ReadFields(ref SshReader reader)
    {
        string type = reader.Name("private key type");
        if (reader.Fault is not null)
            return null;

        switch (type)
        {
            case KeyTypes.Ed25519:
                return SshEd25519PrivateKey.ReadFields(ref reader);
            case KeyTypes.Rsa:
                return SshRsaPrivateKey.ReadFields(ref reader);
            case KeyTypes.EcdsaNistP256 or KeyTypes.EcdsaNistP384 or KeyTypes.EcdsaNistP521:
                return SshEcdsaPrivateKey.ReadFields(type, ref reader);
            default:
                reader.Fail($"private key type is {type}");
                return null;
        }
    }

    /// <summary>Zeroes the secret numbers; the key cannot sign any more.</summary>
    public void Dispose()
    {
        ZeroSecrets();
        GC.SuppressFinalize(this);
    }

    private protected abstract void ZeroSecrets();

    /// <summary>The public key's type and fingerprint.</summary>
    public override string ToString() => $"private key of {PublicKey}";

    private static int CheckedRsaBits(int bits) => bits switch
    {
        0 => 3072,
        >= 2048 and <= 16384 when bits % 8 == 0 => bits,
        _ => throw new LocalMisuseException(
            SshErrorCode.KeyUnsupported, $"A new RSA key cannot have {bits} bits.", "Ask for 2048 to 16384 bits, a multiple of 8."),
    };
}
