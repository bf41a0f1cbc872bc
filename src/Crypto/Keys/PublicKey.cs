using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>A public key as SSH writes it (RFC 4253 section 6.6): a type name and that type's numbers, all checked when it is
/// read: lengths, ranges, points on their curve. Two keys are equal when their blobs are.</summary>
public abstract class PublicKey : IEquatable<PublicKey>
{
    private readonly byte[] _blob;

    private protected PublicKey(string type, byte[] blob)
    {
        Type = type;
        _blob = blob;
        SignatureAlgorithms = SignatureAlgorithm.NamesFor(type);
        Fingerprint = "SHA256:" + Convert.ToBase64String(Hash.Digest(HashName.Sha256, blob)).TrimEnd('=');
    }

    /// <summary>The type's name, for example <c>ssh-ed25519</c>.</summary>
    public string Type { get; }

    /// <summary>The key's size in bits: of the modulus for RSA, of the field for the others.</summary>
    public abstract int Bits { get; }

    /// <summary>The key as it travels (RFC 4253 section 6.6).</summary>
    public ReadOnlyMemory<byte> Blob => _blob;

    /// <summary><c>SHA256:</c> and the blob's SHA-256 in base64 without padding, as OpenSSH prints it.</summary>
    public string Fingerprint { get; }

    /// <summary>The names of the signature algorithms this key can sign with, the preferred one first. For RSA the last is
    /// <c>ssh-rsa</c>, RSA with SHA-1, which is for use by name only (RFC 8332 section 1).</summary>
    public ImmutableArray<string> SignatureAlgorithms { get; }

    /// <summary>Reads a public key blob, as a peer sends it.</summary>
    /// <exception cref="PeerMisbehavedException">The blob is malformed; the message names the field.</exception>
    /// <exception cref="PeerIncompatibleException">The type or size is not supported; the message names it.</exception>
    public static PublicKey Parse(ReadOnlySpan<byte> blob)
    {
        if (TryParse(blob, out PublicKey? key, out PublicKeyFault fault))
            return key;
        throw fault.IsUnsupported
            ? new PeerIncompatibleException(SshErrorCode.KeyUnsupported, $"The public key {fault.Text}.", fault.Remedy)
            : new PeerMisbehavedException(SshErrorCode.Malformed, $"The public key is malformed: {fault.Text}.");
    }

    /// <summary>Reads a line as it stands in a .pub or authorized_keys file: type, base64 and perhaps a comment.</summary>
    /// <exception cref="LocalMisuseException">The line holds no public key; the message says why.</exception>
    public static PublicKey ParseOpenSshLine(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return PublicKeyFile.ReadLine(line, new KeySource("The public key line"), out _);
    }

    /// <summary>The hash of the blob in lower-case hexadecimal without separators.</summary>
    internal string FingerprintOf(HashName hash) => Convert.ToHexStringLower(Hash.Digest(hash, _blob));

    /// <summary>Type, base64 and comment on one line without a line end, as OpenSSH writes it. Line breaks in the comment
    /// become blanks.</summary>
    public string ToOpenSshLine(string? comment = null)
    {
        string line = $"{Type} {Convert.ToBase64String(_blob)}";
        return string.IsNullOrWhiteSpace(comment) ? line : $"{line} {comment.ReplaceLineEndings(" ").Trim()}";
    }

    /// <summary>Reads a blob without throwing.</summary>
    internal static bool TryParse(
        ReadOnlySpan<byte> blob, [NotNullWhen(true)] out PublicKey? key, out PublicKeyFault fault)
    {
        SshReader reader = new(blob);
        string type = reader.Name("key type");
        key = null;
        if (reader.Fault is null && !KeyTypes.IsSupported(type))
        {
            fault = new PublicKeyFault(true, KeyTypes.WhyUnsupported(type), KeyTypes.RemedyFor(type));
            return false;
        }

        string? unsupported = null;
        PublicKey? read = type switch
        {
            KeyTypes.Ed25519 => SshEd25519PublicKey.Read(blob, ref reader),
            KeyTypes.Rsa => SshRsaPublicKey.Read(blob, ref reader, out unsupported),
            KeyTypes.SkEd25519 => SkEd25519PublicKey.Read(blob, ref reader),
            KeyTypes.SkEcdsaNistP256 => SkEcdsaPublicKey.Read(blob, ref reader),
            _ => SshEcdsaPublicKey.Read(type, blob, ref reader),
        };
        bool complete = reader.Complete();
        fault = unsupported is null
            ? new PublicKeyFault(false, reader.Fault ?? "", null)
            : new PublicKeyFault(true, unsupported, $"{KeyTypes.MakeAnother}.");
        key = complete && unsupported is null ? read : null;
        return key is not null;
    }

    /// <summary>True when <paramref name="signatureBlob"/> (RFC 4253 section 6.6: string algorithm, string signature) is this
    /// key's signature of <paramref name="data"/> by exactly the algorithm named. Anything else, also bytes that are no
    /// signature at all, is false.</summary>
    /// <param name="algorithm">One of <see cref="SignatureAlgorithms"/>.</param>
    /// <param name="data">What was signed.</param>
    /// <param name="signatureBlob">The signature.</param>
    /// <param name="demand">What a security key must say of the signature's making; other keys have nothing to say.</param>
    internal bool Verify(
        string algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signatureBlob,
        SecurityKeyDemand demand = SecurityKeyDemand.UserPresence)
    {
        if (SignatureAlgorithm.Find(algorithm) is not { } row || row.KeyType != Type)
            return false;

        SshReader reader = new(signatureBlob);
        string named = reader.Name("signature algorithm");
        return reader.Fault is null && named == algorithm && VerifyFields(row, data, ref reader, demand);
    }

    // The fields after the algorithm's name, to the end.
    private protected virtual bool VerifyFields(
        SignatureAlgorithm algorithm, ReadOnlySpan<byte> data, ref SshReader reader, SecurityKeyDemand demand)
    {
        ReadOnlySpan<byte> signature = reader.String("signature");
        return reader.Complete() && VerifySignature(algorithm.Hash, data, signature);
    }

    private protected abstract bool VerifySignature(HashName hash, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature);

    /// <inheritdoc />
    public bool Equals(PublicKey? other) => other is not null && _blob.AsSpan().SequenceEqual(other._blob);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as PublicKey);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(_blob);
        return hash.ToHashCode();
    }

    /// <summary>Type and fingerprint.</summary>
    public override string ToString() => $"{Type} {Fingerprint}";
}

/// <summary>Why a blob is no public key that can be used.</summary>
/// <param name="IsUnsupported">True for a key that is well formed, but of a type or size that is not supported.</param>
/// <param name="Text">For a malformed key the field and what is wrong; for an unsupported one the end of a sentence that began
/// with the key's name.</param>
/// <param name="Remedy">What to do, or null.</param>
internal readonly record struct PublicKeyFault(bool IsUnsupported, string Text, string? Remedy);
