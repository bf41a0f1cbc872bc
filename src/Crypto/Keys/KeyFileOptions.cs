namespace LucidSsh.Crypto;

/// <summary>How a private key file is encrypted when it is written. The defaults are today's; both members exist for files
/// that another program must read.</summary>
public sealed record KeyFileOptions
{
    /// <summary>The cipher: for OpenSSH's format <c>aes256-ctr</c> (the default), <c>aes128-ctr</c>, <c>aes192-ctr</c>, the same
    /// with <c>-cbc</c>, <c>3des-cbc</c>, <c>aes128-gcm@openssh.com</c>, <c>aes256-gcm@openssh.com</c> or
    /// <c>chacha20-poly1305@openssh.com</c>; for PKCS#8 <c>aes-256-cbc</c> only.</summary>
    public string? Cipher { get; init; }

    /// <summary>The work between passphrase and key: bcrypt rounds in OpenSSH's format, 1 to 1024, 24 unless set; iterations of
    /// PBKDF2 in PKCS#8, 1 to 10,000,000, 600,000 unless set.</summary>
    public int? Rounds { get; init; }
}
