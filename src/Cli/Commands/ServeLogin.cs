using System.CommandLine;
using LucidSsh.Auth;
using LucidSsh.Crypto;

namespace LucidSsh.Cli;

/// <summary>The options of <c>lucid serve</c> that say who may log in.</summary>
internal sealed class ServeLogin
{
    private readonly Option<string[]> _users = new("--user") { Description = "a user and its password; NAME alone logs in by key", HelpName = "NAME[:PASSWORD]" };
    private readonly Option<string?> _authorizedKeys = new("--authorized-keys") { Description = "keys that log every user in, with the options of sshd(8)", HelpName = "FILE" };
    private readonly Option<string?> _trustedAuthorities = new("--trusted-ca") { Description = "certificate authorities whose user certificates log in the users they name", HelpName = "FILE" };
    private readonly Option<string?> _principals = new("--authorized-principals") { Description = "the principals that log a user in by certificate, instead of the user's name; %u is the user", HelpName = "FILE" };
    private readonly Option<string?> _revoked = new("--revoked-keys") { Description = "keys and certificates that log nobody in: a KRL, or keys in text", HelpName = "FILE" };
    private readonly Option<string?> _require = new("--require") { Description = "methods that are all required, in this order", HelpName = "METHOD,METHOD" };
    private readonly Option<string?> _allowUsers = new("--allow-users") { Description = "patterns of the users that may log in, as USER or USER@ADDRESSES", HelpName = "PATTERNS" };
    private readonly Option<string?> _denyUsers = new("--deny-users") { Description = "patterns of the users that may not", HelpName = "PATTERNS" };

    public IEnumerable<Option> Options => [_users, _authorizedKeys, _trustedAuthorities, _principals, _revoked, _require, _allowUsers, _denyUsers];

    /// <summary>How clients log in.</summary>
    public ServerLoginOptions ReadOptions(ParseResult arguments)
    {
        string allowed = arguments.GetValue(_allowUsers) ?? "";
        string denied = arguments.GetValue(_denyUsers) ?? "";
        return new ServerLoginOptions
        {
            Revoked = arguments.GetValue(_revoked) is { } revoked ? RevocationList.Read(revoked) : null,
            MayLogIn = allowed.Length + denied.Length == 0 ? null : UserPatterns.Parse(allowed, denied).Permits,
        };
    }

    /// <summary>Who may log in. Lines of files that let nobody in are told on standard error.</summary>
    public SimpleAuthenticator CreateAuthenticator(ParseResult arguments)
    {
        SimpleAuthenticator authenticator = new(arguments.GetValue(_require) is { } methods ? AuthenticationMethods.Parse(methods) : null)
        {
            Authorities = arguments.GetValue(_trustedAuthorities) is { } authorities ? AuthorizedKeys.ReadAuthorities(authorities) : [],
            Principals = arguments.GetValue(_principals) is { } principals ? ReadPrincipals(principals) : null,
        };
        AuthorizedKeys? file = arguments.GetValue(_authorizedKeys) is { } keys ? AuthorizedKeys.ReadFile(keys) : null;
        Tell(file?.Refused ?? []);
        foreach (string user in arguments.GetValue(_users) ?? [])
        {
            int colon = user.IndexOf(':', StringComparison.Ordinal);
            authenticator.AddUser(colon < 0 ? user : user[..colon], colon < 0 ? null : user[(colon + 1)..], file?.Keys);
        }

        return authenticator;
    }

    private static Func<LoginContext, AuthorizedPrincipals?> ReadPrincipals(string path)
    {
        if (!path.Contains('%', StringComparison.Ordinal))
            Tell(AuthorizedPrincipals.ReadFile(path).Refused); // a file that is not there is better told now than found out later
        return AuthorizedPrincipals.FromFiles(path);
    }

    private static void Tell(IEnumerable<RefusedLine> lines)
    {
        foreach (RefusedLine line in lines)
            Console.Error.WriteLine(line.Reason);
    }
}
