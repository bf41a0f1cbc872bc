using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>Which methods let a user in: alternatives, each a list of methods that must all be passed, in their order. It is
/// OpenSSH's <c>AuthenticationMethods</c>: <c>publickey,password publickey,keyboard-interactive</c> wants a key, and then either
/// of the other two.</summary>
public sealed class AuthenticationMethods
{
    private static readonly ImmutableArray<string> Known =
        [LoginMethods.PublicKey, LoginMethods.Password, LoginMethods.KeyboardInteractive, LoginMethods.HostBased, LoginMethods.None];

    private AuthenticationMethods(ImmutableArray<ImmutableArray<string>> alternatives) => Alternatives = alternatives;

    /// <summary>Any one of publickey, password and keyboard-interactive.</summary>
    public static AuthenticationMethods AnyOne { get; } = Parse("publickey password keyboard-interactive");

    /// <summary>The alternatives, each in the order it must be passed; 1 to 16, each with 1 to 8 methods.</summary>
    public ImmutableArray<ImmutableArray<string>> Alternatives { get; }

    /// <summary>Reads OpenSSH's syntax: alternatives apart by blanks, the methods in them by commas. The methods are publickey,
    /// password, keyboard-interactive, hostbased and, alone in its alternative, none, which lets everybody in.</summary>
    /// <exception cref="LocalMisuseException">The text is not of that form; the message says where.</exception>
    public static AuthenticationMethods Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ImmutableArray<ImmutableArray<string>> alternatives =
            [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split(',').ToImmutableArray())];
        if (alternatives.Length is < 1 or > 16 || alternatives.Any(a => a.Length > 8))
            throw Bad(text, "1 to 16 alternatives of 1 to 8 methods are expected");
        foreach (ImmutableArray<string> alternative in alternatives)
        {
            if (alternative.FirstOrDefault(method => !Known.Contains(method)) is { } unknown)
                throw Bad(text, $"“{unknown}” is none of {string.Join(", ", Known)}");
            if (alternative.Contains(LoginMethods.None) && alternative.Length > 1)
                throw Bad(text, "none stands alone or not at all");
        }

        return new AuthenticationMethods(alternatives);
    }

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => string.Join(' ', Alternatives.Select(a => string.Join(',', a)));

    private static LocalMisuseException Bad(string text, string why) =>
        new(SshErrorCode.Misuse, $"The authentication methods “{text}” cannot be understood: {why}.",
            "Write for example “publickey,password publickey,keyboard-interactive”.");
}

/// <summary>How far one user has come: what is left of each alternative.</summary>
internal sealed class FactorProgress(AuthenticationMethods methods)
{
    private readonly List<ImmutableArray<string>> _left = [.. methods.Alternatives];

    /// <summary>The methods passed, in order.</summary>
    public List<string> Passed { get; } = [];

    /// <summary>The methods that can continue. "none" is never listed (RFC 4252 section 5.2).</summary>
    public ImmutableArray<string> Offered =>
        [.. _left.Select(alternative => alternative[0]).Where(method => method != LoginMethods.None).Distinct()];

    /// <summary>True when <paramref name="method"/> would be a step of some alternative now.</summary>
    public bool Wants(string method) => _left.Exists(alternative => alternative[0] == method);

    /// <summary>Takes <paramref name="method"/> as passed; true when an alternative is complete. An alternative that begins with
    /// another method stays as it is, as in OpenSSH.</summary>
    public bool Pass(string method)
    {
        Passed.Add(method);
        for (int i = 0; i < _left.Count; i++)
        {
            if (_left[i][0] != method)
                continue;
            if (_left[i].Length == 1)
                return true;
            _left[i] = _left[i].RemoveAt(0);
        }

        return false;
    }
}
