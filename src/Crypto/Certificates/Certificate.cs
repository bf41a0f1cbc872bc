using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>An OpenSSH certificate (OpenSSH's PROTOCOL.certkeys): a public key, whom it stands for and under which conditions, signed by
/// a certificate authority. Reading one verifies its form and the authority's signature; whether the authority is trusted and the
/// certificate good for a use is for <see cref="CertificateRules"/>. Two certificates are equal when their blobs are.</summary>
public sealed class Certificate : IEquatable<Certificate>
{
    /// <summary>The largest certificate that is read, in bytes: 64 KiB.</summary>
    public const int MaximumSize = WireLimits.KeyBlob;

    /// <summary>The most principals a certificate may have, as OpenSSH.</summary>
    public const int MaximumPrincipals = 256;

    private readonly byte[] _blob;

    internal Certificate(byte[] blob, string type, PublicKey key, PublicKey signatureKey, string signatureAlgorithm)
    {
        (_blob, Type, Key, SignatureKey, SignatureAlgorithm) = (blob, type, key, signatureKey, signatureAlgorithm);
        SignatureAlgorithms = [.. CertificateAlgorithm.Of(type).Select(row => row.Name)];
    }

    /// <summary>The type its blob names, for example <c>ssh-ed25519-cert-v01@openssh.com</c>.</summary>
    public string Type { get; }

    /// <summary>The certificate as it travels.</summary>
    public ReadOnlyMemory<byte> Blob => _blob;

    /// <summary>The key that is certified, plain.</summary>
    public PublicKey Key { get; }

    /// <summary>A number the authority chose; 0 where it numbers nothing.</summary>
    public ulong Serial { get; internal init; }

    /// <summary>For users or for hosts.</summary>
    public CertificateKind Kind { get; internal init; }

    /// <summary>What the authority calls it, for logs. Text of a stranger's: not made safe for a terminal.</summary>
    public string KeyId { get; internal init; } = "";

    /// <summary>Whom it stands for: user names or host names. Each is opaque and never split; an empty list stands for nobody.</summary>
    public ImmutableArray<string> Principals { get; internal init; } = [];

    /// <summary>The first second it is valid, in seconds since 1970-01-01 UTC; 0 has no beginning.</summary>
    public ulong ValidAfter { get; internal init; }

    /// <summary>The first second it is not valid any more, in seconds since 1970-01-01 UTC; 2^64-1 has no end.</summary>
    public ulong ValidBefore { get; internal init; }

    /// <summary>Conditions: one that is not understood makes the certificate useless.</summary>
    public ImmutableArray<CertificateOption> CriticalOptions { get; internal init; } = [];

    /// <summary>What it permits; one that is not understood is passed over.</summary>
    public ImmutableArray<CertificateOption> Extensions { get; internal init; } = [];

    /// <summary>The authority's key.</summary>
    public PublicKey SignatureKey { get; }

    /// <summary>The algorithm of the authority's signature.</summary>
    public string SignatureAlgorithm { get; }

    /// <summary>The names it may be used under as host key algorithm and in a login request, the preferred one first. For RSA the last is
    /// <c>ssh-rsa-cert-v01@openssh.com</c>, which signs with SHA-1 and is for use by name only.</summary>
    public ImmutableArray<string> SignatureAlgorithms { get; }

    /// <summary>Reads a certificate, as a peer sends it.</summary>
    /// <exception cref="PeerMisbehavedException">It is malformed or its authority's signature does not verify; says which.</exception>
    /// <exception cref="PeerIncompatibleException">A type or size in it is not supported; names it.</exception>
    public static Certificate Parse(ReadOnlySpan<byte> blob)
    {
        if (TryParse(blob, out Certificate? certificate, out PublicKeyFault fault))
            return certificate;
        throw fault.IsUnsupported
            ? new PeerIncompatibleException(SshErrorCode.KeyUnsupported, $"The certificate {fault.Text}.", fault.Remedy)
            : new PeerMisbehavedException(SshErrorCode.Malformed, $"The certificate is malformed: {fault.Text}.");
    }

    /// <summary>Reads a certificate without throwing: its form, that its authority is a plain key, and the authority's signature.</summary>
    internal static bool TryParse(
        ReadOnlySpan<byte> blob, [NotNullWhen(true)] out Certificate? certificate, out PublicKeyFault fault) =>
        CertificateReader.TryRead(blob, out certificate, out fault);

    /// <summary>True for the type of a certificate this library reads.</summary>
    internal static bool IsCertificateType(string type) => CertificateAlgorithm.Of(type).Any();

    /// <summary>Reads a certificate from a file, as ssh-keygen writes it: <c>id_ed25519-cert.pub</c>.</summary>
    /// <exception cref="LocalMisuseException">The file cannot be read (<see cref="SshErrorCode.LocalFile"/>) or holds no certificate; as
    /// for <see cref="ParseOpenSshLine"/>.</exception>
    public static Certificate ReadFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return CertificateFile.Read(path);
    }

    /// <summary>Reads one line: type, base64 and perhaps a comment.</summary>
    /// <exception cref="LocalMisuseException">The line holds no certificate (<see cref="SshErrorCode.KeyFormatUnknown"/>), a damaged or
    /// forged one (<see cref="SshErrorCode.KeyFileDamaged"/>), or one that is not supported
    /// (<see cref="SshErrorCode.KeyUnsupported"/>).</exception>
    public static Certificate ParseOpenSshLine(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return CertificateFile.ReadLine(line, new KeySource("The certificate line"));
    }

    /// <summary>Type, base64 and comment on one line without a line end, as OpenSSH writes it.</summary>
    public string ToOpenSshLine(string? comment = null)
    {
        string line = $"{Type} {Convert.ToBase64String(_blob)}";
        return string.IsNullOrWhiteSpace(comment) ? line : $"{line} {comment.ReplaceLineEndings(" ").Trim()}";
    }

    /// <inheritdoc />
    public bool Equals(Certificate? other) => other is not null && _blob.AsSpan().SequenceEqual(other._blob);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as Certificate);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(_blob);
        return hash.ToHashCode();
    }

    /// <summary>Type, key id, serial and the fingerprints of the key and of the authority, on one line that is safe for a terminal.</summary>
    public override string ToString() =>
        $"{Type} \"{TerminalText.OneLine(KeyId)}\" serial {Serial} for {Key.Fingerprint}, signed by {SignatureKey.Fingerprint}";
}
