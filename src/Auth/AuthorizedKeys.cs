using System.Collections.Immutable;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>Reads authorized_keys files: a key on each line, with a comment. Blank lines and lines that begin with # are skipped.
/// OpenSSH's options before a key restrict it (a forced command, source addresses…); none is enforced here, so a line with options
/// is an error, and never a key without its restrictions.</summary>
public static class AuthorizedKeys
{
    // Lines begin with a key's type; these are how types begin. Everything else in front of a key is options.
    private static readonly ImmutableArray<string> TypePrefixes = ["ssh-", "ecdsa-", "sk-", "rsa-"];

    /// <summary>Reads a file.</summary>
    /// <exception cref="LocalMisuseException">The file cannot be read, or a line of it is no key or carries options; the message
    /// names the line.</exception>
    public static ImmutableArray<AuthorizedKey> ReadFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LocalMisuseException(
                SshErrorCode.LocalFile, $"The authorized keys file {path} cannot be read: {exception.Message}", inner: exception);
        }
    }

    /// <summary>Reads a file's text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="LocalMisuseException">A line is no key or carries options; the message names the line.</exception>
    public static ImmutableArray<AuthorizedKey> Parse(string text, string name = "the authorized keys")
    {
        ArgumentNullException.ThrowIfNull(text);
        ImmutableArray<AuthorizedKey>.Builder keys = ImmutableArray.CreateBuilder<AuthorizedKey>();
        int number = 0;
        foreach (ReadOnlySpan<char> line in text.EnumerateLines())
        {
            number++;
            string trimmed = line.Trim().ToString();
            if (trimmed.Length > 0 && trimmed[0] != '#')
                keys.Add(ReadLine(trimmed, $"Line {number} of {name}"));
        }

        return keys.ToImmutable();
    }

    private static AuthorizedKey ReadLine(string line, string where)
    {
        if (!TypePrefixes.Any(prefix => line.StartsWith(prefix, StringComparison.Ordinal)))
        {
            string option = TerminalText.OneLine(line.Split(['=', ',', ' ', '\t'])[0], 40);
            throw new LocalMisuseException(
                SshErrorCode.KeyUnsupported,
                $"{where} begins with “{option}”, which is no key type; options before a key are not enforced by this server, and a key "
                + "is not let in without its restrictions.",
                "Remove the options if the key is to be unrestricted, or remove the line.");
        }

        try
        {
            string[] fields = line.Split([' ', '\t'], 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return new AuthorizedKey(PublicKey.ParseOpenSshLine(line), fields.Length > 2 ? fields[2] : "");
        }
        catch (LocalMisuseException unreadable)
        {
            throw new LocalMisuseException(
                unreadable.Code, $"{where} holds no key that can be used: {unreadable.Sentence}", unreadable.Remedy, unreadable);
        }
    }
}
