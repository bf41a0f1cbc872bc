using System.CommandLine;
using LucidSsh.Agent;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary>What to log in with: key files, a password from the environment, whoever sits at the terminal.</summary>
internal sealed class CredentialArguments
{
    private static readonly string[] DefaultNames = ["id_ed25519", "id_ecdsa", "id_rsa"];

    private readonly Option<string[]> _identities = new("-i") { Description = "a private key file; may be given several times", HelpName = "KEYFILE" };
    private readonly Option<string?> _passphrase = new("--passphrase-env") { Description = "the environment variable with the key files' passphrase", HelpName = "VAR" };
    private readonly Option<string?> _password = new("--password-env") { Description = "the environment variable with the password", HelpName = "VAR" };

    /// <summary>The options, for a subcommand.</summary>
    public IEnumerable<Option> All => [_identities, _passphrase, _password];

    /// <summary>What a host is logged in to with.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="host">What the configuration says of the host.</param>
    /// <param name="isTarget">False for a jump host, which does not get the password that is meant for the target.</param>
    public List<Credential> For(ParseResult arguments, HostConfiguration host, bool isTarget)
    {
        List<Credential> credentials = [];
        string? passphrase = FromEnvironment(arguments.GetValue(_passphrase));
        string[] named = arguments.GetValue(_identities) ?? [];
        string[] configured = [.. host.IdentityFiles.Except(named)];
        CertificateFiles certificates = new(host.CertificateFiles);
        HashSet<PublicKey> asked = [];
        List<Credential> prompted = MayAsk(host) && passphrase is null ? Prompted(host, named, certificates) : [];
        foreach (string file in named)
        {
            // Asked for here and now: what is wrong with it is an error.
            if (OfAgent(host, file, passphrase, asked) is { } held)
                credentials.Add(held);
            else if (prompted.Count == 0 || !KeyFile.Inspect(file).IsEncrypted || PublicKeyOf(file) is null)
                credentials.Add(certificates.Open(file, passphrase));
        }

        foreach (string file in configured.Where(file => IsUsable(file, passphrase)))
            credentials.Add(certificates.Open(file, passphrase));
        string[] others = host.HasIdentityFiles || named.Length > 0 ? [] : [.. Defaults()];
        if (Agent(host, [.. named, .. configured, .. others], asked) is { } agent)
            credentials.Add(agent);
        foreach (string file in others.Where(file => IsUsable(file, passphrase)))
            credentials.Add(certificates.Open(file, passphrase));
        credentials.AddRange(prompted);
        if (isTarget && FromEnvironment(arguments.GetValue(_password)) is { } password)
            credentials.Add(new PasswordCredential(password));
        else if (MayAsk(host))
            credentials.Add(Terminal.Answers());
        return credentials;
    }

    // The agent that the configuration or the environment names, where there is one; as ssh uses it.
    private static string? AgentPath(HostConfiguration host) => host.IdentityAgent is "none" ? null : host.IdentityAgent ?? AgentClient.DefaultPath;

    private static AgentCredential? Agent(HostConfiguration host, string[] files, HashSet<PublicKey> asked)
    {
        if (AgentPath(host) is not { } path)
            return null;
        if (!host.IdentitiesOnly)
            return AgentCredential.FromSocket(path, key => !asked.Contains(key.PublicKey));
        HashSet<PublicKey> keys = [.. files.Select(PublicKeyOf).OfType<PublicKey>().Except(asked)];
        return keys.Count == 0 && asked.Count > 0 ? null : AgentCredential.FromSocket(path, key => keys.Contains(key.PublicKey));
    }

    // As ssh: a file whose passphrase nobody gave is no obstacle where the agent holds its key.
    private static AgentCredential? OfAgent(HostConfiguration host, string file, string? passphrase, HashSet<PublicKey> asked)
    {
        if (passphrase is not null || AgentPath(host) is not { } path || !KeyFile.Inspect(file).IsEncrypted || PublicKeyOf(file) is not { } key)
            return null;
        asked.Add(key);
        return AgentCredential.FromSocket(path, held => held.PublicKey.Equals(key)).Meaning(
            $"it does not hold the key of {file}, which is encrypted, and no passphrase was given", $"Add it (ssh-add {file}), or give the passphrase (--passphrase-env).");
    }

    // Encrypted files whose public half is known without the passphrase: somebody is asked for it once the server wants the key. They come after
    // the agent, which may hold the key.
    private static List<Credential> Prompted(HostConfiguration host, string[] named, CertificateFiles certificates)
    {
        List<Credential> prompted = [];
        string[] others = host.HasIdentityFiles || named.Length > 0 ? [] : [.. Defaults()];
        foreach (string file in named.Union(host.IdentityFiles).Concat(others).Where(file => File.Exists(file) && !IsUsable(file, passphrase: null)))
        {
            if (PublicKeyOf(file) is { } key and not SecurityKeyPublicKey)
                prompted.Add(PrivateKeyCredential.FromSigner(new PromptedKey(file, key), certificates.Of(file, key)));
        }

        return prompted;
    }

    // Of the key's own file, or of the one beside it: an encrypted file may not tell.
    private static PublicKey? PublicKeyOf(string file)
    {
        foreach (string path in (string[])[file, file + ".pub"])
        {
            try
            {
                if (File.Exists(path) && KeyFile.Inspect(path).PublicKey is { } key)
                    return key;
            }
            catch (Exception exception) when (exception is SshException or IOException or UnauthorizedAccessException)
            {
                // A file that is no key is nobody's.
            }
        }

        return null;
    }

    /// <summary>True where somebody can be asked for a password that the server wants.</summary>
    public bool AsksForPassword(ParseResult arguments, HostConfiguration host, bool isTarget) =>
        MayAsk(host) && !(isTarget && arguments.GetValue(_password) is not null) && host.Allows("PasswordAuthentication") is not false;

    /// <summary>The value of an environment variable that an option names; null where none does.</summary>
    /// <exception cref="LocalMisuseException">It is not set.</exception>
    public static string? FromEnvironment(string? variable)
    {
        if (variable is null)
            return null;
        return Environment.GetEnvironmentVariable(variable)
            ?? throw new LocalMisuseException(SshErrorCode.Misuse, $"The environment variable {variable} is not set.");
    }

    private static bool MayAsk(HostConfiguration host) => Terminal.IsInteractive && !host.BatchMode;

    // Key files that everybody's ssh would try.
    private static IEnumerable<string> Defaults()
    {
        string directory = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".ssh");
        return DefaultNames.Select(name => Path.Combine(directory, name));
    }

    // Files that nobody named here and now are left out where they are not there, or want a passphrase nobody gave.
    private static bool IsUsable(string file, string? passphrase)
    {
        try
        {
            return File.Exists(file) && (passphrase is not null || !KeyFile.Inspect(file).IsEncrypted);
        }
        catch (Exception exception) when (exception is SshException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

/// <summary>Certificates that the configuration names (CertificateFile), each for the key it certifies.</summary>
internal sealed class CertificateFiles(IEnumerable<string> files)
{
    private readonly List<(string File, PublicKey Key)> _certificates = [.. files.Where(File.Exists).Select(file => (file, Certificate.ReadFile(file).Key))];

    /// <summary>The certificate of a key, be it named or beside its file; null where there is none.</summary>
    public Certificate? Of(string file, PublicKey key)
    {
        string path = _certificates.Find(certificate => certificate.Key.Equals(key)).File ?? $"{file}-cert.pub";
        try
        {
            return File.Exists(path) && Certificate.ReadFile(path) is { } certificate && certificate.Key.Equals(key) ? certificate : null;
        }
        catch (LocalMisuseException)
        {
            return null; // the key alone may do
        }
    }

    /// <summary>A key file with its certificate, be it named or beside it.</summary>
    public PrivateKeyCredential Open(string file, string? passphrase)
    {
        PrivateKeyCredential credential = PrivateKeyCredential.FromFile(file, passphrase);
        if (_certificates.Find(certificate => certificate.Key.Equals(credential.PublicKey)).File is not { } path)
            return credential;
        credential.Dispose();
        return PrivateKeyCredential.FromFile(file, passphrase, certificatePath: path);
    }
}
