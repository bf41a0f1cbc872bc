using System.Collections.Immutable;
using System.Runtime.Intrinsics.X86;

namespace LucidSsh.Transport;

/// <summary>How an algorithm is offered.</summary>
internal enum Posture
{
    /// <summary>In the default list.</summary>
    Offered,

    /// <summary>Only where the user asks for it by name: legacy.</summary>
    OnlyByName,
}

/// <summary>A cipher.</summary>
/// <param name="Name">Its name.</param>
/// <param name="KeyLength">Bytes of key.</param>
/// <param name="IvLength">Bytes of initial IV; 0 where the sequence number takes its place.</param>
/// <param name="Construction">How it is combined with a MAC.</param>
/// <param name="Posture">How it is offered.</param>
internal sealed record Cipher(string Name, int KeyLength, int IvLength, CipherConstruction Construction, Posture Posture = Posture.Offered)
{
    /// <summary>True when the cipher authenticates by itself and no MAC is negotiated for it.</summary>
    public bool IsAuthenticated => Construction is CipherConstruction.ChaChaPoly or CipherConstruction.AesGcm;
}

/// <summary>The ways to protect a packet.</summary>
internal enum CipherConstruction
{
    /// <summary>ChaCha20 and Poly1305 in OpenSSH's construction.</summary>
    ChaChaPoly,

    /// <summary>AES in Galois/counter mode (RFC 5647 as OpenSSH has it).</summary>
    AesGcm,

    /// <summary>AES in counter mode (RFC 4344) beside a MAC.</summary>
    AesCounter,

    /// <summary>AES in cipher block chaining mode (RFC 4253 section 6.3) beside a MAC.</summary>
    AesChaining,

    /// <summary>Triple DES in cipher block chaining mode (RFC 4253 section 6.3) beside a MAC.</summary>
    TripleDesChaining,
}

/// <summary>Every cipher, in the order it is offered: OpenSSH's, except that AES-GCM comes first where the processor has AES
/// instructions, since it is faster there. By name alone: cipher block chaining.</summary>
internal static class CipherTable
{
    private static readonly Cipher ChaChaPoly = new("chacha20-poly1305@openssh.com", 64, 0, CipherConstruction.ChaChaPoly);

    private static readonly ImmutableArray<Cipher> Gcm =
    [
        new("aes128-gcm@openssh.com", 16, 12, CipherConstruction.AesGcm),
        new("aes256-gcm@openssh.com", 32, 12, CipherConstruction.AesGcm),
    ];

    private static readonly ImmutableArray<Cipher> Counter =
    [
        new("aes128-ctr", 16, 16, CipherConstruction.AesCounter),
        new("aes192-ctr", 24, 16, CipherConstruction.AesCounter),
        new("aes256-ctr", 32, 16, CipherConstruction.AesCounter),
    ];

    // Attacks on chaining beside a MAC over the plaintext are known (CVE-2008-5161), and triple DES has blocks of 64 bits.
    private static readonly ImmutableArray<Cipher> Chaining =
    [
        new("aes128-cbc", 16, 16, CipherConstruction.AesChaining, Posture.OnlyByName),
        new("aes192-cbc", 24, 16, CipherConstruction.AesChaining, Posture.OnlyByName),
        new("aes256-cbc", 32, 16, CipherConstruction.AesChaining, Posture.OnlyByName),
        new("3des-cbc", 24, 8, CipherConstruction.TripleDesChaining, Posture.OnlyByName),
    ];

    /// <summary>All rows.</summary>
    public static ImmutableArray<Cipher> All { get; } =
        HasAesInstructions ? [.. Gcm, ChaChaPoly, .. Counter, .. Chaining] : [ChaChaPoly, .. Gcm, .. Counter, .. Chaining];

    /// <summary>The row of a name, or null.</summary>
    public static Cipher? Find(string name) => All.FirstOrDefault(cipher => cipher.Name == name);

    private static bool HasAesInstructions => Aes.IsSupported || System.Runtime.Intrinsics.Arm.Aes.IsSupported;
}
