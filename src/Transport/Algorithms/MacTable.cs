using System.Collections.Immutable;
using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>A MAC.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Hash">The hash under HMAC (RFC 4253 section 6.4, RFC 6668); null for UMAC (RFC 4418).</param>
/// <param name="KeyLength">Bytes of key.</param>
/// <param name="TagLength">Bytes of tag.</param>
/// <param name="EncryptThenMac">True when the tag covers the ciphertext (OpenSSH's PROTOCOL file section 1.5).</param>
/// <param name="Posture">How it is offered.</param>
internal sealed record Mac(
    string Name, HashName? Hash, int KeyLength, int TagLength, bool EncryptThenMac, Posture Posture = Posture.Offered);

/// <summary>Every MAC, in the order it is offered: OpenSSH's, encrypt-then-MAC first; tags of 64 bits and SHA-1 by name alone.</summary>
internal static class MacTable
{
    /// <summary>All rows.</summary>
    public static ImmutableArray<Mac> All { get; } =
    [
        new("umac-128-etm@openssh.com", null, 16, 16, EncryptThenMac: true),
        new("hmac-sha2-256-etm@openssh.com", HashName.Sha256, 32, 32, EncryptThenMac: true),
        new("hmac-sha2-512-etm@openssh.com", HashName.Sha512, 64, 64, EncryptThenMac: true),
        new("umac-128@openssh.com", null, 16, 16, EncryptThenMac: false),
        new("hmac-sha2-256", HashName.Sha256, 32, 32, EncryptThenMac: false),
        new("hmac-sha2-512", HashName.Sha512, 64, 64, EncryptThenMac: false),
        new("umac-64-etm@openssh.com", null, 16, 8, EncryptThenMac: true, Posture.OnlyByName),
        new("hmac-sha1-etm@openssh.com", HashName.Sha1, 20, 20, EncryptThenMac: true, Posture.OnlyByName),
        new("umac-64@openssh.com", null, 16, 8, EncryptThenMac: false, Posture.OnlyByName),
        new("hmac-sha1", HashName.Sha1, 20, 20, EncryptThenMac: false, Posture.OnlyByName),
    ];

    /// <summary>The row of a name, or null.</summary>
    public static Mac? Find(string name) => All.FirstOrDefault(mac => mac.Name == name);
}
