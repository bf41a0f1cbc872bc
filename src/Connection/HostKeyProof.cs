using System.Diagnostics.CodeAnalysis;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Connection;

/// <summary>How a server tells all its host keys and proves that it holds them (OpenSSH's PROTOCOL, section 2.5): what travels, and what is
/// signed.</summary>
internal static class HostKeyProof
{
    /// <summary>The server's global request with all its public keys; it wants no reply.</summary>
    public const string Announcement = "hostkeys-00@openssh.com";

    /// <summary>The client's global request with the keys it wants proved; the reply is a signature for each, in the same order.</summary>
    public const string Prove = "hostkeys-prove-00@openssh.com";

    /// <summary>Keys in one request: a server has a handful.</summary>
    public const int MaximumKeys = 64;

    /* hostkeys-00@openssh.com, hostkeys-prove-00@openssh.com and the latter's reply
         string[]  public key blobs, or signatures: as many as there are */
    public static byte[] Write(IEnumerable<ReadOnlyMemory<byte>> strings)
    {
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        foreach (ReadOnlyMemory<byte> text in strings)
            writer.String(text.Span);
        return buffer.Written.ToArray();
    }

    /// <summary>Reads the strings; false where they are malformed, or more than <see cref="MaximumKeys"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, [NotNullWhen(true)] out List<byte[]>? strings)
    {
        strings = [];
        SshReader reader = new(data);
        while (reader.Remaining > 0 && strings.Count <= MaximumKeys)
            strings.Add(reader.String("key", WireLimits.KeyBlob).ToArray());
        if (!reader.Complete() || strings.Count > MaximumKeys)
            strings = null;
        return strings is not null;
    }

    /// <summary>The algorithms a key of this type may prove itself with: for RSA the one the key exchange agreed on, where that was RSA's, and
    /// never SHA-1 otherwise.</summary>
    public static IEnumerable<string> Algorithms(string keyType, string? agreed) =>
        keyType != "ssh-rsa" ? SignatureAlgorithm.NamesFor(keyType)
        : SignatureAlgorithm.Find(agreed ?? "") is { KeyType: "ssh-rsa" } rsa ? [rsa.Name]
        : ["rsa-sha2-512", "rsa-sha2-256"];

    /* What is signed:
         string    "hostkeys-prove-00@openssh.com"
         string    session identifier
         string    public key blob */
    public static byte[] DataToSign(ReadOnlySpan<byte> sessionId, ReadOnlySpan<byte> blob)
    {
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        writer.Text(Prove);
        writer.String(sessionId);
        writer.String(blob);
        return buffer.Written.ToArray();
    }
}
