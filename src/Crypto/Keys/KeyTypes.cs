namespace LucidSsh.Crypto;

/// <summary>The names of key types, and why the ones that are not supported are not.</summary>
internal static class KeyTypes
{
    public const string Ed25519 = "ssh-ed25519";
    public const string Rsa = "ssh-rsa";
    public const string EcdsaNistP256 = "ecdsa-sha2-nistp256";
    public const string EcdsaNistP384 = "ecdsa-sha2-nistp384";
    public const string EcdsaNistP521 = "ecdsa-sha2-nistp521";
    public const string SkEd25519 = "sk-ssh-ed25519@openssh.com";
    public const string SkEcdsaNistP256 = "sk-ecdsa-sha2-nistp256@openssh.com";

    /// <summary>What every refusal of a key type ends with: the command that makes a key which works everywhere.</summary>
    public const string MakeAnother = "Make another key: ssh-keygen -t ed25519";

    /// <summary>True for a type of which this library reads public keys.</summary>
    public static bool IsSupported(string type) => HasPrivateKeys(type) || IsSecurityKey(type);

    /// <summary>True for a type of which private keys can be in a file, and sign here.</summary>
    public static bool HasPrivateKeys(string type) => type is Ed25519 or Rsa or EcdsaNistP256 or EcdsaNistP384 or EcdsaNistP521;

    /// <summary>True for a type whose private half never leaves its hardware.</summary>
    public static bool IsSecurityKey(string type) => type is SkEd25519 or SkEcdsaNistP256;

    /// <summary>True where <paramref name="text"/> begins as the type names of SSH keys do, supported or not.</summary>
    public static bool LooksLikeType(ReadOnlySpan<char> text) =>
        text.StartsWith("ssh-") || text.StartsWith("ecdsa-sha2-") || text.StartsWith("sk-ssh-") || text.StartsWith("sk-ecdsa-");

    /// <summary>Why <paramref name="type"/> cannot be used: the end of a sentence that names the key.</summary>
    public static string WhyUnsupported(string type)
    {
        if (type == "ssh-dss")
            return "is of type ssh-dss (DSA), which is limited to 1024 bits and SHA-1 and is not supported";
        if (type.Contains("-cert-v", StringComparison.Ordinal))
            return $"is a certificate ({type}), where a plain key is expected";
        if (IsSecurityKey(type))
            return $"is of type {type}: its private half lives in a hardware security key (FIDO), and only an agent can sign with it";
        return $"is of type {type}, which is not supported";
    }

    /// <summary>The remedy that goes with <see cref="WhyUnsupported"/>.</summary>
    /// <param name="type">The type.</param>
    /// <param name="path">The file the key is in, for a command line.</param>
    public static string RemedyFor(string type, string path = "FILE")
    {
        if (type.Contains("-cert-v", StringComparison.Ordinal))
            return "Give the key that the certificate certifies (the file without -cert in its name).";
        return IsSecurityKey(type)
            ? $"Hand it to an agent that signs: ssh-add {path} (ssh-add -K where the hardware keeps the key itself)."
            : $"{MakeAnother}.";
    }
}
