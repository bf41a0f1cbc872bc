namespace LucidSsh.Crypto;

/// <summary>A set of public keys, by their blobs and by hashes of these.</summary>
internal sealed class RevokedKeys
{
    private readonly HashSet<string> _blobs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _sha1 = new(StringComparer.Ordinal);
    private readonly HashSet<string> _sha256 = new(StringComparer.Ordinal);

    /// <summary>A key's blob; of what type it is does not matter.</summary>
    public void AddBlob(ReadOnlySpan<byte> blob) => _blobs.Add(Convert.ToBase64String(blob));

    /// <summary>A key by the SHA-1 of its blob.</summary>
    public void AddSha1(ReadOnlySpan<byte> hash) => _sha1.Add(Convert.ToHexStringLower(hash));

    /// <summary>A key by the SHA-256 of its blob.</summary>
    public void AddSha256(ReadOnlySpan<byte> hash) => _sha256.Add(Convert.ToHexStringLower(hash));

    /// <summary>True for a key in the set.</summary>
    public bool Contains(PublicKey key) =>
        (_blobs.Count > 0 && _blobs.Contains(Convert.ToBase64String(key.Blob.Span)))
        || (_sha1.Count > 0 && _sha1.Contains(key.FingerprintOf(HashName.Sha1)))
        || (_sha256.Count > 0 && _sha256.Contains(key.FingerprintOf(HashName.Sha256)));
}
