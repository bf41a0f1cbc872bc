namespace LucidSsh.Crypto;

/// <summary>What a key file is, as far as it can be told without its passphrase.</summary>
public sealed record KeyFileInfo
{
    /// <summary>How the file is written.</summary>
    public required KeyFileFormat Format { get; init; }

    /// <summary>True where the private half is there; false for a public key alone.</summary>
    public required bool IsPrivate { get; init; }

    /// <summary>True where a passphrase is needed.</summary>
    public bool IsEncrypted => Cipher is not null;

    /// <summary>The cipher by the name the format gives it, for example <c>aes256-ctr</c>, or null where nothing is
    /// encrypted.</summary>
    public string? Cipher { get; init; }

    /// <summary>How the passphrase becomes a key, for example <c>bcrypt, 16 rounds</c>, or null where nothing is
    /// encrypted.</summary>
    public string? KeyDerivation { get; init; }

    /// <summary>The key's type, for example <c>ssh-ed25519</c> (also one that is not supported), or null where only the
    /// passphrase can tell.</summary>
    public string? Type { get; init; }

    /// <summary>The certificate, where the file is one, or holds one beside the key as PuTTY's files may; otherwise null.</summary>
    public Certificate? Certificate { get; init; }

    /// <summary>The public key (of a certificate the one it certifies), or null where only the passphrase can tell or the type is
    /// not supported.</summary>
    public PublicKey? PublicKey { get; init; }

    /// <summary>The comment, or null where there is none or only the passphrase can tell.</summary>
    public string? Comment { get; init; }
}
