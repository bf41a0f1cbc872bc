namespace LucidSsh.Crypto;

/// <summary>What a certificate is for.</summary>
public enum CertificateKind : uint
{
    /// <summary>A user logs in with it; its principals are user names or roles.</summary>
    User = 1,

    /// <summary>A host proves itself with it; its principals are host names, also with wildcards.</summary>
    Host = 2,
}

/// <summary>A critical option or an extension of a certificate (OpenSSH's PROTOCOL.certkeys).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Data">Its data as it stands in the certificate: empty for a flag, an SSH string for an option with a value.</param>
public readonly record struct CertificateOption(string Name, ReadOnlyMemory<byte> Data);
