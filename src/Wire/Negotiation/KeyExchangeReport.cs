namespace LucidSsh.Wire;

/// <summary>The key exchange method in use, in detail.</summary>
/// <param name="Method">Its name.</param>
/// <param name="Hash">The hash of its exchange hash and key derivation, for example <c>SHA-256</c>.</param>
/// <param name="IsHybrid">True where a post-quantum KEM stands beside a classical method, so that recorded traffic stays closed to
/// a later quantum computer.</param>
public sealed record KeyExchangeReport(string Method, string Hash, bool IsHybrid)
{
    /// <summary>The group exchange (RFC 4419); null where the method has a fixed group or none.</summary>
    public GroupExchangeReport? Group { get; init; }
}

/// <summary>A group exchange: what the client asked for and what the server named, in bits.</summary>
/// <param name="Minimum">The smallest group the client takes.</param>
/// <param name="Preferred">The size the client would like.</param>
/// <param name="Maximum">The largest group the client takes.</param>
public sealed record GroupExchangeReport(int Minimum, int Preferred, int Maximum)
{
    /// <summary>The size of the group the server named; 0 until it did.</summary>
    public int Bits { get; init; }
}

/// <summary>The host key a server showed. Its signature is verified before the key is used; whether it is the right host's key is for
/// the host key policy.</summary>
/// <param name="Type">The type its blob names.</param>
/// <param name="Blob">The key, or certificate, as it travels (RFC 4253 section 6.6), in base64.</param>
public sealed record HostKeyReport(string Type, string Blob)
{
    /// <summary>The size in bits; 0 for a type this library cannot read.</summary>
    public int Bits { get; init; }

    /// <summary>The algorithm it signs the key exchange with.</summary>
    public string? Algorithm { get; init; }

    /// <summary><c>SHA256:</c> and base64, as OpenSSH prints it.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>SHA-1 in hexadecimal, lower case.</summary>
    public string Sha1 { get; init; } = "";

    /// <summary>MD5 in hexadecimal pairs with colons, as OpenSSH printed it once.</summary>
    public string Md5 { get; init; } = "";

    /// <summary>True for a certificate (OpenSSH's PROTOCOL.certkeys); the fingerprints are then the certificate's.</summary>
    public bool IsCertificate => Type.Contains("-cert-v", StringComparison.Ordinal);

    /// <summary>What the certificate says; null for a plain key, and for a certificate that cannot be read.</summary>
    public CertificateReport? Certificate { get; init; }

    /// <summary>Why the key or certificate cannot be read; null where it can.</summary>
    public string? Fault { get; init; }
}
