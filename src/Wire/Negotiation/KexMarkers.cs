namespace LucidSsh.Wire;

/// <summary>Announcements that travel in the list of key exchange methods and are none. They count in a side's first KEXINIT
/// alone.</summary>
internal static class KexMarkers
{
    /// <summary>The client takes EXT_INFO (RFC 8308 section 2.1).</summary>
    public const string ExtensionsClient = "ext-info-c";

    /// <summary>The server takes EXT_INFO.</summary>
    public const string ExtensionsServer = "ext-info-s";

    /// <summary>The client asks for strict key exchange (OpenSSH's PROTOCOL file section 1.9).</summary>
    public const string StrictClient = "kex-strict-c-v00@openssh.com";

    /// <summary>The server asks for strict key exchange.</summary>
    public const string StrictServer = "kex-strict-s-v00@openssh.com";

    /// <summary>Dropbear's announcement that it guesses in its own way (kexguess2).</summary>
    public const string DropbearGuess = "kexguess2@matt.ucc.asn.au";

    /// <summary>True for a name that is no method. Strict key exchange may get further versions, the IETF's among them.</summary>
    public static bool IsMarker(string name) =>
        name is ExtensionsClient or ExtensionsServer or DropbearGuess
        || name.StartsWith("kex-strict-c", StringComparison.Ordinal)
        || name.StartsWith("kex-strict-s", StringComparison.Ordinal);
}
