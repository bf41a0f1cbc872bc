using System.Collections.Immutable;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>A list of principals that log a user in with a certificate, as sshd's <c>AuthorizedPrincipalsFile</c>: a name on each line, and
/// in front of it perhaps options as in authorized_keys. Blank lines and lines that begin with # are skipped; a line that cannot be
/// understood is refused, and the others serve.</summary>
public sealed class AuthorizedPrincipals
{
    private readonly ImmutableArray<(string Name, KeyRestrictions Restrictions)> _lines;

    private AuthorizedPrincipals(ImmutableArray<(string, KeyRestrictions)> lines, ImmutableArray<RefusedLine> refused) => (_lines, Refused) = (lines, refused);

    /// <summary>The names, in the order of their lines.</summary>
    public ImmutableArray<string> Names => [.. _lines.Select(line => line.Name)];

    /// <summary>The lines that let nobody in.</summary>
    public ImmutableArray<RefusedLine> Refused { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="LocalMisuseException">The file cannot be read.</exception>
    public static AuthorizedPrincipals ReadFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LocalMisuseException(
                SshErrorCode.LocalFile, $"The authorized principals file {path} cannot be read: {exception.Message}", inner: exception);
        }
    }

    /// <summary>Files that are read anew at each login, as sshd does: for <see cref="SimpleAuthenticator.Principals"/>.</summary>
    /// <param name="path">The file; %u in it is the user's name, and %% a percent sign.</param>
    /// <returns>The user's principals; null, so that no certificate logs the user in, where there is no such file, or where the user's
    /// name is none a file could have: it comes from a stranger, and must not lead elsewhere.</returns>
    public static Func<LoginContext, AuthorizedPrincipals?> FromFiles(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        bool isPerUser = path.Replace("%%", "", StringComparison.Ordinal).Contains("%u", StringComparison.Ordinal);
        return context =>
        {
            if (isPerUser && !IsFileName(context.User))
                return null;
            string file = string.Join('%', path.Split("%%").Select(part => part.Replace("%u", context.User, StringComparison.Ordinal)));
            return File.Exists(file) ? ReadFile(file) : null;
        };
    }

    // One component of a path: no separator of any system, no drive or stream, nothing that means a directory, no control characters.
    private static bool IsFileName(string name) =>
        name.Length is > 0 and <= 255 && name.Trim('.').Length > 0 && !name.Any(c => char.IsControl(c) || c is '/' or '\\' or ':');

    /// <summary>Reads a file's text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">What messages call it.</param>
    public static AuthorizedPrincipals Parse(string text, string name = "the authorized principals")
    {
        ArgumentNullException.ThrowIfNull(text);
        ImmutableArray<(string, KeyRestrictions)>.Builder lines = ImmutableArray.CreateBuilder<(string, KeyRestrictions)>();
        ImmutableArray<RefusedLine> refused = AuthorizedKeys.ReadLines(text, name, line => lines.Add(ReadLine(line)));
        return new AuthorizedPrincipals(lines.ToImmutable(), refused);
    }

    /// <summary>The line that lets a certificate's holder in: the first of a name the certificate has, that may be used here and now; failing
    /// that, the first of such a name. Null where there is none.</summary>
    /// <returns>What the line restricts, as of an authority that is trusted for this name.</returns>
    internal KeyRestrictions? Find(LoginContext context, Certificate certificate)
    {
        (string Name, KeyRestrictions Restrictions)[] fitting = [.. _lines.Where(line => certificate.Principals.Contains(line.Name))];
        return fitting.Length == 0 ? null : fitting.FirstOrDefault(line => line.Restrictions.Permits(context), fitting[0]).Restrictions;
    }

    // The name is what stands behind the last blank: options have blanks in quotes only, and a name has none.
    private static (string, KeyRestrictions) ReadLine(string line)
    {
        int blank = line.LastIndexOfAny([' ', '\t']);
        string name = line[(blank + 1)..];
        KeyRestrictions options = blank < 0 ? KeyRestrictions.None : KeyRestrictions.Parse(line[..blank].TrimEnd(' ', '\t'));
        if (options.IsCertificateAuthority)
            throw new LocalMisuseException(SshErrorCode.Misuse, "cert-authority and principals have no meaning in front of a principal.");
        return (name, options with { IsCertificateAuthority = true, Principals = [name] });
    }
}
