using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>Where a key comes from, and every sentence that is said about a file that cannot be used. Each case has a code,
/// a sentence and a remedy of its own: who must change what depends on telling them apart.</summary>
/// <param name="Subject">What begins a sentence: "The key file id_rsa".</param>
/// <param name="Path">The file's name for a command line that mends it, or FILE.</param>
internal readonly record struct KeySource(string Subject, string Path = "FILE")
{
    /// <summary>A source of this name; an empty name is a key that has none.</summary>
    public static KeySource Named(string name) => name.Length == 0 ? new("The key") : new($"The key file {name}", Quote(name));

    /// <summary>True for a file of PuTTY's, which OpenSSH's programs do not read.</summary>
    public bool IsPutty { get; init; }

    /// <summary>The command that rewrites a private key in the format every SSH program reads today.</summary>
    private string Rewrite => IsPutty ? $"puttygen {Path} -P" : $"ssh-keygen -p -f {Path}";

    /// <summary>What was found is no key, but looks like something else.</summary>
    public LocalMisuseException NotAKey(string found, string? remedy = null) =>
        new(SshErrorCode.KeyFormatUnknown, $"{Subject} holds no key in a known format: {found}.", remedy);

    /// <summary>A key, but not the half that is wanted.</summary>
    public LocalMisuseException NotPrivate(string found, string remedy) =>
        new(SshErrorCode.KeyFormatUnknown, $"{Subject} holds no private key: {found}.", remedy);

    /// <summary>The right format, but a field is wrong.</summary>
    public LocalMisuseException Damaged(string fault) =>
        new(SshErrorCode.KeyFileDamaged, $"{Subject} is damaged: {fault}.", "Copy it again from a place where it works.");

    /// <summary>Encrypted, and nobody gave a passphrase.</summary>
    public LocalMisuseException PassphraseRequired(KeyFileInfo info) =>
        new(SshErrorCode.PassphraseRequired, $"{Subject} is encrypted ({info.Cipher}), and no passphrase was given.",
            $"Give its passphrase, or store the key without one: {Rewrite}{(IsPutty ? "" : " -N ''")}");

    /// <summary>The passphrase, or the file, is not what it was.</summary>
    public LocalMisuseException PassphraseWrong() =>
        new(SshErrorCode.PassphraseWrong, $"{Subject} does not open with the passphrase that was given.",
            $"It is the key's own passphrase that is asked for, not the account's password; {(IsPutty ? $"puttygen {Path} -L" : $"ssh-keygen -y -f {Path}")} tries one.");

    /// <summary>A cipher or key derivation that is not supported, by name.</summary>
    public LocalMisuseException UnsupportedProtection(string what) =>
        new(SshErrorCode.KeyUnsupported, $"{Subject} is encrypted in a way that is not supported: {what}.",
            $"Encrypt it anew where it can be opened: {Rewrite}");

    /// <summary>A key derivation that would take longer or more memory than a login may.</summary>
    public LocalMisuseException DerivationTooCostly(string what) =>
        new(SshErrorCode.LimitExceeded, $"{Subject} asks for more work than is allowed to open it: {what}.",
            $"Encrypt it anew with less: {Rewrite}{(IsPutty ? " --ppk-param time=1000" : " -a 64")}");

    /// <summary>A type of key that is not supported, by name.</summary>
    public LocalMisuseException UnsupportedType(string type) => new(
        SshErrorCode.KeyUnsupported, $"{Subject} {KeyTypes.WhyUnsupported(TerminalText.OneLine(type, WireLimits.Name))}.",
        KeyTypes.RemedyFor(type, Path));

    /// <summary>A key this library does not support for another reason than its type.</summary>
    public LocalMisuseException Unsupported(string endOfSentence, string remedy = KeyTypes.MakeAnother + ".") =>
        new(SshErrorCode.KeyUnsupported, $"{Subject} {endOfSentence}.", remedy);

    /// <summary>A public key inside a file that cannot be used.</summary>
    public LocalMisuseException Refused(PublicKeyFault fault) => fault.IsUnsupported
        ? Unsupported(fault.Text, fault.Remedy ?? $"{KeyTypes.MakeAnother}.")
        : Damaged(fault.Text);

    /// <summary>Two files that should be one pair.</summary>
    public static LocalMisuseException Mismatch(PublicKey ofPrivate, string privateName, PublicKey ofPublic, string publicName) =>
        new(SshErrorCode.KeyPairMismatch,
            $"The public key file {publicName} ({ofPublic}) does not belong to the private key {privateName} ({ofPrivate}).",
            "Leave the public key file away (the private key contains it), or make it anew: "
            + $"ssh-keygen -y -f {Quote(privateName)} > {Quote(publicName)}");

    // As a shell takes it: in quotes, unless every character is harmless.
    private static string Quote(string path) =>
        path.All(static c => char.IsLetterOrDigit(c) || "/._-~:\\+@".Contains(c, StringComparison.Ordinal))
            ? path
            : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
