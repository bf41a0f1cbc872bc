using System.Collections.Immutable;
using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>A MAC.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Hash">The hash under HMAC.</param>
/// <param name="Length">Bytes of key and of tag (RFC 4253 section 6.4, RFC 6668).</param>
/// <param name="EncryptThenMac">True when the tag covers the ciphertext (OpenSSH's PROTOCOL file section 1.5).</param>
/// <param name="Posture">How it is offered.</param>
internal sealed record Mac(string Name, HashName Hash, int Length, bool EncryptThenMac, Posture Posture = Posture.Offered);

/// <summary>Every MAC, in the order it is offered: encrypt-then-MAC first.</summary>
internal static class MacTable
{
    /// <summary>All rows.</summary>
    public static ImmutableArray<Mac> All { get; } =
    [
        new("hmac-sha2-256-etm@openssh.com", HashName.Sha256, 32, EncryptThenMac: true),
        new("hmac-sha2-512-etm@openssh.com", HashName.Sha512, 64, EncryptThenMac: true),
        new("hmac-sha2-256", HashName.Sha256, 32, EncryptThenMac: false),
        new("hmac-sha2-512", HashName.Sha512, 64, EncryptThenMac: false),
        new("hmac-sha1-etm@openssh.com", HashName.Sha1, 20, EncryptThenMac: true, Posture.OnlyByName),
        new("hmac-sha1", HashName.Sha1, 20, EncryptThenMac: false, Posture.OnlyByName),
    ];

    /// <summary>The row of a name, or null.</summary>
    public static Mac? Find(string name) => All.FirstOrDefault(mac => mac.Name == name);
}
