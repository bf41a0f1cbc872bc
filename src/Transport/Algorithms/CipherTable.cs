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
    public bool IsAuthenticated => Construction != CipherConstruction.AesCounter;
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
}

/// <summary>Every cipher, in the order it is offered: OpenSSH's, except that AES-GCM comes first where the processor has AES
/// instructions, since it is faster there.</summary>
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

    /// <summary>All rows.</summary>
    public static ImmutableArray<Cipher> All { get; } =
        HasAesInstructions ? [.. Gcm, ChaChaPoly, .. Counter] : [ChaChaPoly, .. Gcm, .. Counter];

    /// <summary>The row of a name, or null.</summary>
    public static Cipher? Find(string name) => All.FirstOrDefault(cipher => cipher.Name == name);

    private static bool HasAesInstructions => Aes.IsSupported || System.Runtime.Intrinsics.Arm.Aes.IsSupported;
}
