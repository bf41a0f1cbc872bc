using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>Which users may log in from where, as OpenSSH's <c>AllowUsers</c> and <c>DenyUsers</c>: patterns with * and ?, apart by blanks,
/// each perhaps with @ and the addresses or networks it holds for. Names are compared with regard to case.</summary>
public sealed class UserPatterns
{
    private readonly ImmutableArray<Pattern> _allowed;
    private readonly ImmutableArray<Pattern> _denied;

    private UserPatterns(ImmutableArray<Pattern> allowed, ImmutableArray<Pattern> denied) => (_allowed, _denied) = (allowed, denied);

    /// <summary>Reads both lists, for example <c>alice deploy@192.0.2.0/24</c>.</summary>
    /// <param name="allowed">The users that may log in; empty: all that are not denied.</param>
    /// <param name="denied">The users that may not, whatever <paramref name="allowed"/> says.</param>
    /// <exception cref="LocalMisuseException">A pattern has no name, or addresses that are none.</exception>
    public static UserPatterns Parse(string allowed, string denied = "")
    {
        ArgumentNullException.ThrowIfNull(allowed);
        ArgumentNullException.ThrowIfNull(denied);
        return new UserPatterns(Read(allowed), Read(denied));
    }

    /// <summary>True for a user who may log in from there.</summary>
    public bool Permits(LoginContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return !_denied.Any(pattern => pattern.Matches(context)) && (_allowed.IsEmpty || _allowed.Any(pattern => pattern.Matches(context)));
    }

    private static ImmutableArray<Pattern> Read(string text) =>
        [.. text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Select(Pattern.Parse)];

    private sealed record Pattern(string User, AddressPatterns? From)
    {
        public static Pattern Parse(string text)
        {
            int at = text.LastIndexOf('@'); // a user's name may hold one
            string user = at < 0 ? text : text[..at];
            return user.Length > 0
                ? new Pattern(user, at < 0 ? null : AddressPatterns.Parse(text[(at + 1)..]))
                : throw new LocalMisuseException(SshErrorCode.Misuse, $"“{TerminalText.OneLine(text, 80)}” names no user.", "Write for example “alice” or “alice@192.0.2.0/24”.");
        }

        public bool Matches(LoginContext context) =>
            Wildcard.Matches(User, context.User, ignoresCase: false) && (From is null || From.Permits(context.Address, context.RemoteHostName));
    }
}
