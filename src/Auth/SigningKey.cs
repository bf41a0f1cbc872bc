using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>The key of a credential: a private key held here, or a signer's; and perhaps a certificate of it.</summary>
internal sealed class SigningKey : IDisposable
{
    private readonly PrivateKey? _key;
    private readonly bool _ownsKey;
    private readonly ISigner? _signer;

    private SigningKey(PrivateKey? key, bool ownsKey, ISigner? signer)
    {
        (_key, _ownsKey, _signer) = (key, ownsKey, signer);
        PublicKey = key?.PublicKey ?? signer!.PublicKey;
    }

    /// <summary>The public half, plain.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>A certificate of it; null where there is none.</summary>
    public Certificate? Certificate { get; private init; }

    /// <summary>Why the certificate that lies beside the key's file is none of it, without a full stop; null where that is not so.</summary>
    public string? CertificateProblem { get; private init; }

    /// <summary>Reads a private key file and a certificate: the one that is named, or else the one that lies beside it under ssh's name
    /// for it. A certificate beside it that is no good is no reason to do without the key; the report says what is wrong with it.</summary>
    /// <exception cref="LocalMisuseException">A file cannot be read, opened or used, or they do not belong together.</exception>
    public static SigningKey FromFile(string path, ReadOnlySpan<char> passphrase, string? publicKeyPath, string? certificatePath)
    {
        ArgumentNullException.ThrowIfNull(path);
        Certificate? named = certificatePath is null ? null : Certificate.ReadFile(certificatePath);
        PrivateKey key = publicKeyPath is null
            ? KeyFile.ReadPrivate(path, passphrase)
            : KeyFile.ReadPair(path, publicKeyPath, passphrase);
        if (named is not null && !named.Key.Equals(key.PublicKey))
        {
            string mismatch = Mismatch(named, key.PublicKey);
            key.Dispose();
            throw NotTheirs(mismatch, $"Have this key's public half signed (ssh-keygen -s CA -I ID -n USER {path}.pub), or leave the certificate away.");
        }

        (Certificate? beside, string? problem) = named is null ? ReadBeside($"{path}-cert.pub", key.PublicKey) : (null, null);
        return new SigningKey(key, ownsKey: true, null) { Certificate = named ?? beside, CertificateProblem = problem };
    }

    private static (Certificate? Certificate, string? Problem) ReadBeside(string path, PublicKey key)
    {
        if (!File.Exists(path))
            return (null, null);
        try
        {
            Certificate found = Certificate.ReadFile(path);
            return found.Key.Equals(key) ? (found, null) : (null, $"in {path}, {Mismatch(found, key)}");
        }
        catch (LocalMisuseException unusable)
        {
            return (null, unusable.Sentence.TrimEnd('.'));
        }
    }

    /// <summary>A key that stays the caller's, or a signer's.</summary>
    /// <exception cref="LocalMisuseException">The certificate is another key's.</exception>
    public static SigningKey From(PrivateKey? key, ISigner? signer, Certificate? certificate)
    {
        SigningKey made = new(key, ownsKey: false, signer) { Certificate = certificate };
        return certificate is null || certificate.Key.Equals(made.PublicKey)
            ? made
            : throw NotTheirs(Mismatch(certificate, made.PublicKey), "Give the certificate of this key, or none.");
    }

    /// <summary>The attempts it makes: first the certificate, then the plain key, which a server may know as well.</summary>
    public IEnumerable<CredentialUse> UsesAs(Credential credential)
    {
        string name = credential.ToString();
        if (Certificate is not null)
            yield return new CredentialUse(credential, $"{Name(Certificate)} of {name}") { Certificate = Certificate };
        if (CertificateProblem is not null)
            yield return new CredentialUse(credential, $"the certificate of {name}")
            {
                Problem = CertificateProblem,
                Remedy = "Have a certificate of this key issued in its place, or remove it.",
            };
        yield return new CredentialUse(credential, name);
    }

    /// <summary>Signs with the plain key, also for a certificate's request.</summary>
    public ValueTask<byte[]> SignAsync(
        string algorithm, ReadOnlyMemory<byte> data, IRandomSource random, CancellationToken cancellationToken) =>
        _key is not null
            ? ValueTask.FromResult(_key.Sign(algorithm, data.Span, random))
            : _signer!.SignAsync(algorithm, data, cancellationToken);

    private static string Mismatch(Certificate certificate, PublicKey key) =>
        $"{Name(certificate)} certifies {certificate.Key}, and the private key is {key}";

    private static string Name(Certificate certificate) =>
        $"the certificate “{TerminalText.OneLine(certificate.KeyId, 100)}” (serial {certificate.Serial})";

    public void Dispose()
    {
        if (_ownsKey)
            _key?.Dispose();
    }

    private static LocalMisuseException NotTheirs(string mismatch, string remedy) =>
        new(SshErrorCode.KeyPairMismatch, $"T{mismatch[1..]}.", remedy);
}
