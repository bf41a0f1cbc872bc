using System.CommandLine;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary>Where the passphrases of key files come from: an environment variable or a person at the terminal, never an argument, which
/// every user of the machine could read.</summary>
internal sealed class KeyPassphrases
{
    private readonly Option<string?> _old = new("--passphrase-env") { Description = "the environment variable with the file's passphrase", HelpName = "VAR" };
    private readonly Option<string?> _new = new("--new-passphrase-env") { Description = "the environment variable with the new file's passphrase", HelpName = "VAR" };
    private readonly Option<bool> _none = new("--no-passphrase") { Description = "leave the new file unencrypted" };

    /// <summary>Adds the option for the passphrase of a file that is read.</summary>
    public void AddOldTo(Command command) => command.Add(_old);

    /// <summary>Adds the options for the passphrase of a file that is written.</summary>
    public void AddNewTo(Command command)
    {
        command.Add(_new);
        command.Add(_none);
    }

    /// <summary>The passphrase of a file that is read; empty where it needs none or nobody gave one.</summary>
    public string Old(ParseResult arguments, string file) => Old(arguments, file, KeyFile.Inspect(file), isAsked: true);

    /// <summary>What a file tells, with its passphrase where one is given; a person is asked for it only where asked for, and only
    /// where the public key does not show without.</summary>
    public KeyFileInfo Opened(ParseResult arguments, string file, bool isAsked = false)
    {
        KeyFileInfo info = KeyFile.Inspect(file);
        if (!info.IsEncrypted)
            return info;
        string passphrase = Old(arguments, file, info, isAsked && info.PublicKey is null);
        if (passphrase.Length == 0)
            return info;
        using PrivateKey key = KeyFile.ReadPrivate(file, passphrase);
        return info with { Type = key.PublicKey.Type, PublicKey = key.PublicKey, Comment = key.Comment.Length > 0 ? key.Comment : info.Comment };
    }

    /// <summary>The passphrase of a converted file: another, none, or the one it had.</summary>
    public string Changed(ParseResult arguments, string old) => Given(arguments) ?? old;

    /// <summary>The passphrase of a new file.</summary>
    public string New(ParseResult arguments, string file)
    {
        if (Given(arguments) is { } given)
            return given;
        if (!Terminal.IsInteractive)
        {
            throw new LocalMisuseException(
                SshErrorCode.Misuse, $"Nobody is there to be asked for the passphrase of {file}.", "Give --new-passphrase-env VAR or --no-passphrase.");
        }

        string first = Terminal.Passphrase($"New passphrase of {file} (empty for none): ");
        return first == Terminal.Passphrase("The same again: ")
            ? first
            : throw new LocalMisuseException(SshErrorCode.Misuse, "The two passphrases differ; no key was made.");
    }

    private string? Given(ParseResult arguments)
    {
        if (!arguments.GetValue(_none))
            return FromEnvironment(arguments.GetValue(_new));
        return arguments.GetValue(_new) is null
            ? ""
            : throw new LocalMisuseException(SshErrorCode.Misuse, "--new-passphrase-env and --no-passphrase were both given.");
    }

    private string Old(ParseResult arguments, string file, KeyFileInfo info, bool isAsked)
    {
        if (!info.IsEncrypted)
            return "";
        return FromEnvironment(arguments.GetValue(_old))
            ?? (isAsked && Terminal.IsInteractive ? Terminal.Passphrase($"Passphrase of {file}: ") : "");
    }

    private static string? FromEnvironment(string? variable)
    {
        if (variable is null)
            return null;
        return Environment.GetEnvironmentVariable(variable)
            ?? throw new LocalMisuseException(SshErrorCode.Misuse, $"The environment variable {variable} is not set.");
    }
}
