using System.Text;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>What the tokens of a value stand for: ssh_config(5), TOKENS.</summary>
/// <param name="GivenHost">The host as it was given: %n.</param>
/// <param name="Host">The host that is connected to: %h.</param>
/// <param name="Port">Its port: %p.</param>
/// <param name="User">Who logs in there: %r.</param>
/// <param name="HostKeyAlias">The name its key is known by: %k.</param>
/// <param name="Jump">The jump hosts as they stand in ProxyJump, or nothing: %j.</param>
internal sealed record ConfigTokens(string GivenHost, string Host, int Port, string User, string? HostKeyAlias, string Jump)
{
    private const string OfCommands = "%hnpr";
    private const string OfFiles = "%Cdhijkl Lnpru";

    /// <summary>A command's tokens; each is checked, because a shell reads what comes out.</summary>
    /// <exception cref="LocalMisuseException">A token that is none, or whose text a shell would obey.</exception>
    public string ExpandCommand(string text, ConfigPlace place) => Expand(text, place, OfCommands, token => Checked(token, place, IsSafeInCommand, "a command"));

    /// <summary>The same with every token: for Match exec and RemoteCommand.</summary>
    /// <exception cref="LocalMisuseException">A token that is none, or whose text a shell would obey.</exception>
    public string ExpandLongCommand(string text, ConfigPlace place) => Expand(text, place, OfFiles, token => Checked(token, place, IsSafeInCommand, "a command"));

    /// <summary>A file's tokens, its <c>${VARIABLES}</c>, and its <c>~</c>.</summary>
    /// <exception cref="LocalMisuseException">A token that is none, or whose text is no part of a path; a variable that is not set.</exception>
    public string ExpandFile(string text, ConfigPlace place)
    {
        string expanded = Expand(ExpandEnvironment(text, place), place, OfFiles, token => Checked(token, place, IsSafeInPath, "a file's path"));
        return UserFiles.ExpandHome(expanded);
    }

    /// <summary>HostName's only token: the host as given.</summary>
    /// <exception cref="LocalMisuseException">A token that is none.</exception>
    public static string ExpandHostName(string text, string givenHost, ConfigPlace place) => Expand(text, place, "%h", token => token == 'h' ? givenHost : "%");

    /// <summary>The values of <c>${VARIABLES}</c>.</summary>
    /// <exception cref="LocalMisuseException">One is not set.</exception>
    public static string ExpandEnvironment(string text, ConfigPlace place)
    {
        StringBuilder expanded = new();
        int at = 0;
        while (text.IndexOf("${", at, StringComparison.Ordinal) is >= 0 and int start)
        {
            int end = text.IndexOf('}', start);
            if (end < 0)
                throw place.Unusable("\"${\" has no \"}\" behind it");
            string name = text[(start + 2)..end];
            expanded.Append(text, at, start - at)
                .Append(Environment.GetEnvironmentVariable(name) ?? throw place.Unusable($"the environment variable {TerminalText.OneLine(name, 60)} is not set"));
            at = end + 1;
        }

        return expanded.Append(text, at, text.Length - at).ToString();
    }

    private static string Expand(string text, ConfigPlace place, string known, Func<char, string> value)
    {
        StringBuilder expanded = new();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                expanded.Append(text[i]);
                continue;
            }

            char token = ++i < text.Length ? text[i] : ' ';
            if (token == ' ' || !known.Contains(token, StringComparison.Ordinal))
                throw place.Unusable($"\"%{(token == ' ' ? "" : token)}\" is no token in this value", $"Known: {string.Join(' ', known.Where(c => c != ' ').Select(c => "%" + c))}.");
            expanded.Append(value(token));
        }

        return expanded.ToString();
    }

    // What others chose (the host, the user) is looked at before it gets a place where it could mean something else.
    private string Checked(char token, ConfigPlace place, Func<string, bool> isSafe, string where)
    {
        string value = Value(token) ?? throw place.Unusable($"this system does not tell what %{token} stands for");
        if (token is 'h' or 'n' or 'r' or 'k' or 'j' && !isSafe(value))
            throw place.Unusable($"\"{TerminalText.OneLine(value, 60)}\" cannot stand for %{token} in {where}", "It has characters that would change the meaning; give a plain name, or take the token out.");
        return value;
    }

    private string? Value(char token) => token switch
    {
        '%' => "%",
        'h' => Host,
        'n' => GivenHost,
        'p' => Port.ToString(),
        'r' => User,
        'k' => HostKeyAlias ?? GivenHost,
        'j' => Jump,
        'd' => UserFiles.Home,
        'u' => Environment.UserName,
        'i' => FileRights.UserNumber(),
        'l' => LocalHost,
        'L' => LocalHost.Split('.')[0],
        _ => ConnectionHash(),
    };

    private static string LocalHost => Environment.MachineName;

    // %C: the SHA-1 of %l%h%p%r%j.
    private string ConnectionHash() =>
        Convert.ToHexStringLower(Hash.Digest(HashName.Sha1, Encoding.UTF8.GetBytes($"{LocalHost}{Host}{Port}{User}{Jump}")));

    // No blank, no quote, nothing that a shell expands, divides or redirects by, and no option in the place of a name.
    private static bool IsSafeInCommand(string value) => !value.StartsWith('-') && value.All(c => char.IsLetterOrDigit(c) || "._-:@%+,=".Contains(c, StringComparison.Ordinal));

    private static bool IsSafeInPath(string value) => value is not ("." or "..") && value.All(c => c is not ('/' or '\\' or '\0') && !char.IsControl(c));
}
