using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>What to do about a login that was refused. A server does not say why it refuses; these are its usual reasons, the words in
/// brackets OpenSSH's.</summary>
internal static class LoginRemedies
{
    /// <summary>For a connection that was lost without a message.</summary>
    public const string LostInLogin =
        "A server gives a login some time and then closes the connection (OpenSSH: LoginGraceTime, 2 minutes); people who type and callbacks "
        + "that wait use it up. It also closes it where the account may not be used (expired, nologin). Its log says which it was.";

    /// <summary>For a refused attempt.</summary>
    /// <param name="attempt">The last one that was refused.</param>
    /// <param name="user">Who wanted to log in, safe for a terminal.</param>
    public static string For(LoginAttempt attempt, string user)
    {
        string remedy = (attempt.Outcome, attempt.Method) switch
        {
            (LoginOutcome.KeyAcceptedSignatureRefused, _) =>
                "The server knows the key; a refused signature means that this private key is not its pair, or that the server does not "
                + $"take {attempt.Algorithm} signatures or restricts the key or the account.",
            (_, LoginMethods.PublicKey) when IsCertificate(attempt) =>
                $"Check that the server trusts this authority (TrustedUserCAKeys), that the certificate names {user} or what "
                + "AuthorizedPrincipalsFile lists, that it is for this address, and not revoked (RevokedKeys).",
            (_, LoginMethods.PublicKey) =>
                $"Check that the key is among the authorized keys of {user} on the server, that the server can read them, takes "
                + $"{attempt.Algorithm} (OpenSSH: PubkeyAcceptedAlgorithms), and that the user name is right; a server does not tell an unknown "
                + "user from an unknown key.",
            (_, LoginMethods.HostBased) =>
                "Check that the server knows this host's key by this name (/etc/ssh/ssh_known_hosts), lets its users in (.shosts with IgnoreRhosts "
                + "no, or /etc/ssh/shosts.equiv), finds the name for this address (or has HostbasedUsesNameFromPacketOnly), and takes "
                + $"{attempt.Algorithm} (HostbasedAcceptedAlgorithms).",
            (_, LoginMethods.GssApiWithMic) =>
                $"Check that the ticket's principal may log in as {user} (its .k5login, or the same name in the server's realm) and that the "
                + "server's keytab holds its host key of the current version; its log says more.",
            _ => "Check the user name and what was answered; a server does not tell an unknown user from a wrong password.",
        };
        return user == "root" ? $"{remedy} Many servers do not let root in this way (PermitRootLogin)." : remedy;
    }

    /// <summary>True for a certificate's attempt.</summary>
    public static bool IsCertificate(LoginAttempt attempt) => attempt.KeyType?.Contains("-cert-v01@", StringComparison.Ordinal) == true;

    /// <summary>For a server that ended the connection, by what it said.</summary>
    public static string ForDisconnect(string sentence) => sentence.Contains("Too many", StringComparison.OrdinalIgnoreCase)
        ? "Servers disconnect after a number of refused attempts (OpenSSH: MaxAuthTries, 6), and every key counts, a certificate as one more: "
            + "offer fewer credentials, the right one first."
        : "The server's log says why.";
}
