namespace LucidSsh.Crypto;

/// <summary>How a private key file is encrypted when it is written. The defaults are today's; both members exist for files
/// that another program must read.</summary>
public sealed record KeyFileOptions
{
    /// <summary>The cipher: for OpenSSH's format <c>aes256-ctr</c> (the default), <c>aes128-ctr</c>, <c>aes192-ctr</c>, the same
    /// with <c>-cbc</c>, <c>3des-cbc</c>, <c>aes128-gcm@openssh.com</c>, <c>aes256-gcm@openssh.com</c> or
    /// <c>chacha20-poly1305@openssh.com</c>; for PKCS#8 <c>aes-256-cbc</c> only; for PuTTY's <c>aes256-cbc</c> only; for the old PEM
    /// format, which must be asked for by name because it holds nobody off, <c>AES-128-CBC</c>, <c>AES-192-CBC</c>,
    /// <c>AES-256-CBC</c> or <c>DES-EDE3-CBC</c>.</summary>
    public string? Cipher { get; init; }

    /// <summary>The work between passphrase and key: bcrypt rounds in OpenSSH's format, 1 to 1024, 24 unless set; iterations of
    /// PBKDF2 in PKCS#8, 1 to 10,000,000, 600,000 unless set; Argon2id's passes over 8 MiB in PuTTY's format, 1 to 512, 16 unless
    /// set. The old PEM format has nothing to set.</summary>
    public int? Rounds { get; init; }
}
