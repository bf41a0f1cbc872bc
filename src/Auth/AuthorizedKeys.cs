using System.Collections.Immutable;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>A line of an authorized_keys file that lets nobody in, and why.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Reason">Why, as a sentence that names the file and the line.</param>
public sealed record RefusedLine(int Line, string Reason);

/// <summary>An authorized_keys file as sshd(8) has it: a key on each line, with options in front of it and a comment behind. Blank lines
/// and lines that begin with # are skipped. A line that cannot be understood to its end is refused, and the others serve: a key is
/// never let in without its restrictions.</summary>
public sealed class AuthorizedKeys
{
    // Lines begin with a key's type; these are how types begin. Everything else in front of a key is options.
    private static readonly ImmutableArray<string> TypePrefixes = ["ssh-", "ecdsa-", "sk-", "rsa-", "webauthn-"];

    private AuthorizedKeys(ImmutableArray<AuthorizedKey> keys, ImmutableArray<RefusedLine> refused) => (Keys, Refused) = (keys, refused);

    /// <summary>The keys, in the order of their lines, with their restrictions; certificate authorities among them.</summary>
    public ImmutableArray<AuthorizedKey> Keys { get; }

    /// <summary>The lines that let nobody in.</summary>
    public ImmutableArray<RefusedLine> Refused { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="LocalMisuseException">The file cannot be read.</exception>
    public static AuthorizedKeys ReadFile(string path)
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

    /// <summary>Reads a file of certificate authorities, as OpenSSH's <c>TrustedUserCAKeys</c>: a plain public key on each line.</summary>
    /// <exception cref="LocalMisuseException">The file cannot be read, or a line of it is no key or has options, which have no meaning there;
    /// the message names the line.</exception>
    public static ImmutableArray<PublicKey> ReadAuthorities(string path)
    {
        AuthorizedKeys file = ReadFile(path);
        if (file.Refused is [var refused, ..])
            throw new LocalMisuseException(SshErrorCode.KeyFormatUnknown, refused.Reason, "A file of authorities is as good as its every line: correct it.");
        return file.Keys.All(key => ReferenceEquals(key.Restrictions, KeyRestrictions.None))
            ? [.. file.Keys.Select(key => key.Key)]
            : throw new LocalMisuseException(
                SshErrorCode.Misuse, $"A key in {path} has options, and an authority that is trusted for every user has none.",
                "Put the line into an authorized_keys file, with cert-authority.");
    }

    /// <summary>Reads a file's text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">What messages call it.</param>
    public static AuthorizedKeys Parse(string text, string name = "the authorized keys")
    {
        ArgumentNullException.ThrowIfNull(text);
        ImmutableArray<AuthorizedKey>.Builder keys = ImmutableArray.CreateBuilder<AuthorizedKey>();
        ImmutableArray<RefusedLine> refused = ReadLines(text, name, line => keys.Add(ReadLine(line)));
        return new AuthorizedKeys(keys.ToImmutable(), refused);
    }

    /// <summary>Hands each line that says something to <paramref name="read"/>, without the blanks around it.</summary>
    /// <returns>The lines it could not read: for which it threw a <see cref="LocalMisuseException"/>.</returns>
    internal static ImmutableArray<RefusedLine> ReadLines(string text, string name, Action<string> read)
    {
        ImmutableArray<RefusedLine>.Builder refused = ImmutableArray.CreateBuilder<RefusedLine>();
        int number = 0;
        foreach (ReadOnlySpan<char> line in text.EnumerateLines())
        {
            number++;
            string trimmed = line.Trim([' ', '\t']).ToString();
            if (trimmed.Length == 0 || trimmed[0] == '#')
                continue;
            try
            {
                read(trimmed);
            }
            catch (LocalMisuseException unreadable)
            {
                refused.Add(new RefusedLine(number, $"Line {number} of {name} lets nobody in: {unreadable.Sentence}"));
            }
        }

        return refused.ToImmutable();
    }

    private static AuthorizedKey ReadLine(string line)
    {
        KeyRestrictions restrictions = KeyRestrictions.None;
        if (!TypePrefixes.Any(prefix => line.StartsWith(prefix, StringComparison.Ordinal)))
        {
            restrictions = KeyOptions.Read(line, out int end);
            line = line[end..].TrimStart(' ', '\t');
            if (line.Length == 0)
                throw new LocalMisuseException(SshErrorCode.KeyFormatUnknown, "no key stands behind the options.");
        }

        string[] fields = line.Split([' ', '\t'], 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new AuthorizedKey(PublicKey.ParseOpenSshLine(line), fields.Length > 2 ? fields[2] : "") { Restrictions = restrictions };
    }
}
