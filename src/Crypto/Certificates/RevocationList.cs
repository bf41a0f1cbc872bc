using System.Text;
using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>Keys and certificates that are revoked: read from a key revocation list (KRL, OpenSSH's PROTOCOL.krl) or from a plain text list of
/// public keys, as sshd's RevokedKeys takes both.</summary>
public sealed class RevocationList
{
    /// <summary>The largest list that is read, in bytes: 64 MiB.</summary>
    public const int MaximumSize = 64 * 1024 * 1024;

    private const string AnyAuthority = "";

    private readonly RevokedKeys _keys = new();
    private readonly Dictionary<string, RevokedCertificates> _certificates = new(StringComparer.Ordinal); // by the authority's blob in base64

    private RevocationList(string source) => Source = source;

    /// <summary>Where it came from, for messages: the file's name.</summary>
    public string Source { get; }

    /// <summary>Reads a list from a file, whichever form it has. What cannot be understood refuses the whole file: a list that is half read
    /// lets revoked keys pass.</summary>
    /// <exception cref="LocalMisuseException">The file cannot be read (<see cref="SshErrorCode.LocalFile"/>) or understood
    /// (<see cref="SshErrorCode.RevocationListUnusable"/>).</exception>
    public static RevocationList Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            FileInfo file = new(path);
            if (file.Exists && file.Length > MaximumSize)
                throw Unusable(path, $"it has {file.Length} bytes, at most {MaximumSize} are allowed");
            return Parse(File.ReadAllBytes(path), path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new LocalMisuseException(
                SshErrorCode.LocalFile, $"The revocation list {path} cannot be read: {failure.Message}",
                "Nobody is let in without it: check its path and its permissions.", failure);
        }
    }

    /// <summary>Reads a list, whichever form it has.</summary>
    /// <param name="content">The file's bytes.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="LocalMisuseException">It cannot be understood (<see cref="SshErrorCode.RevocationListUnusable"/>).</exception>
    public static RevocationList Parse(ReadOnlySpan<byte> content, string source = "in memory")
    {
        RevocationList list = new(source);
        string? fault = content.StartsWith(KrlReader.Magic)
            ? KrlReader.Read(content, list._keys, list._certificates)
            : RevokedKeyLines.Read(Encoding.UTF8.GetString(content), list._keys);
        return fault is null ? list : throw Unusable(source, fault);
    }

    /// <summary>True for a key that is revoked.</summary>
    public bool IsRevoked(PublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _keys.Contains(key);
    }

    /// <summary>True for a certificate that is revoked: itself, its key, or its authority's key.</summary>
    public bool IsRevoked(Certificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return Find(certificate) is not null;
    }

    /// <summary>Why a certificate is revoked, as the end of a sentence; null where it is not.</summary>
    internal string? Find(Certificate certificate) =>
        _keys.Contains(certificate.Key) ? $"its key {certificate.Key.Fingerprint} is on the list"
        : _keys.Contains(certificate.SignatureKey) ? $"the key of its authority {certificate.SignatureKey.Fingerprint} is on the list"
        : FindIn(Convert.ToBase64String(certificate.SignatureKey.Blob.Span), certificate) ?? FindIn(AnyAuthority, certificate);

    private string? FindIn(string authority, Certificate certificate) =>
        _certificates.TryGetValue(authority, out RevokedCertificates? revoked) ? revoked.Find(certificate) : null;

    private static LocalMisuseException Unusable(string source, string fault) =>
        new(SshErrorCode.RevocationListUnusable, $"The revocation list {source} cannot be used: {fault}.",
            "Nobody is let in by half a list: make it anew with ssh-keygen -k, or with one public key a line.");
}
