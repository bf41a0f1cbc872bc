using System.Collections.Immutable;
using System.Text.RegularExpressions;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary>A line by which OpenSSH tells of trouble, and what lies behind it.</summary>
/// <param name="Pattern">The line; its groups go into the sentence.</param>
/// <param name="Code">A stable word for programs.</param>
/// <param name="Sentence">What it says; <c>{1}</c> stands for the first group.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record OpenSshRule(Regex Pattern, string Code, string Sentence, string Remedy)
{
    /// <summary>All of them; the first that fits counts.</summary>
    public static ImmutableArray<OpenSshRule> All { get; } =
    [
        Rule(@"no matching (.+?) found\. Their offer: (\S+)", "unable-to-negotiate",
            "There is no common {1}: the other side offers {2}.",
            "Allow one of these names on this side (OpenSSH: KexAlgorithms, HostKeyAlgorithms, Ciphers or MACs with +NAME), or have the other side enable a newer one. ssh -vv prints both lists; give its output to this command."),
        Rule("no mutual signature (?:algorithm|supported)", "no-mutual-signature",
            "The key is an RSA key, and the server takes none of the signatures the client makes with it: old servers know ssh-rsa (SHA-1) alone, new clients no longer use it.",
            "Use a key of type ed25519, upgrade the server, or allow the old signature for this host (PubkeyAcceptedAlgorithms +ssh-rsa)."),
        Rule(@"REMOTE HOST IDENTIFICATION HAS CHANGED", "host-key-changed",
            "The host's key is not the known one: the host was set up anew, or somebody sits in between.",
            "Ask the host's owner for its fingerprint before you remove the known key (ssh-keygen -R HOST)."),
        Rule(@"Host key verification failed", "host-key-refused",
            "The host's key was not accepted: it is unknown or changed, and nobody could be asked.",
            "Compare the fingerprint with the host's owner and add it to known_hosts."),
        Rule(@"Permission denied \(([\w,@.-]+)\)", "permission-denied",
            "The server let nobody in; it accepts {1}.",
            "Check the user name, and which of these methods a credential was given for; where it is publickey, that the key is in authorized_keys and was offered (lines \"Offering public key\")."),
        Rule(@"[Rr]eceived disconnect from \S+(?: port \d+)?:? ?(\d+): (.*)$", "disconnected",
            "The other side ended the connection, reason {1}: \"{2}\".",
            "With \"Too many authentication failures\" offer fewer keys (IdentitiesOnly yes and one IdentityFile); otherwise its log says more."),
        Rule(@"banner line \d+: (.*)$|kex_exchange_identification: (Exceeded MaxStartups|Not allowed at this time)", "said-before-identification",
            "The server said \"{1}\" before any identification.",
            "With \"Exceeded MaxStartups\" or \"Not allowed at this time\" it takes no connection from here now: wait, or change MaxStartups and PerSourcePenalties in sshd_config. Anything else: look whether it is an SSH server (lucid probe)."),
        Rule(@"kex_exchange_identification: (?:read: )?(Connection reset by peer|Connection closed by remote host)|banner exchange: Connection to \S+ port \d+: (.*)$", "no-identification",
            "The server gave no identification ({1}): it closed, reset or ignored the connection before SSH began.",
            "Is it an SSH port (lucid probe HOST:PORT tells what answers)? Otherwise MaxStartups, TCP wrappers (hosts.deny), PerSourcePenalties or a firewall; the server's log has an entry in the first three cases."),
        Rule(@"Protocol major versions differ: (\S+ vs\. \S+)", "version",
            "The two sides speak different versions of SSH ({1}).", "The one with version 1 has to be upgraded."),
        Rule(@"connect to host (\S+) port (\d+): Connection refused", "refused",
            "{1} refused the connection on port {2}: nothing listens there, or a firewall rejects it.", "Check the port and whether the server runs."),
        Rule(@"connect to host (\S+) port (\d+): (?:Connection timed out|Operation timed out)", "connect-timeout",
            "{1} did not answer on port {2}: the host is down, or a firewall drops the packets.", "Check host, port and the firewalls between."),
        Rule(@"connect to host (\S+) port (\d+): (No route to host|Network is unreachable)", "no-route",
            "There is no way to {1}: {3}.", "Check this machine's network, VPN and routes."),
        Rule(@"Could not resolve hostname ([^:\s]+)", "no-such-host", "There is no host named {1}.", "Check the name and this machine's DNS."),
        Rule(@"Load key ""([^""]*)"": (?:error in libcrypto|invalid format)", "key-unreadable",
            "The key file {1} cannot be read: it is damaged, in a format this OpenSSH does not know (PuTTY's, for example), a public key, or without its last line's end.",
            "Look at its first line; `lucid exec -i FILE …` reads PuTTY's, PEM, PKCS#8 and OpenSSH files and says what else it is."),
        Rule(@"Load key ""([^""]*)"": (?:incorrect passphrase|bad decrypt)", "passphrase", "The passphrase does not open the key file {1}.", "It is the key's own passphrase, not the account's password."),
        Rule(@"Permissions (\d+) for '([^']*)' are too open|bad permissions.*?([^ :]+)$", "key-permissions",
            "OpenSSH did not use the key file {2}: others may read it (mode {1}).", "chmod 600 it."),
        Rule(@"Corrupted MAC on input|message authentication code incorrect", "integrity",
            "A packet came damaged: its MAC did not verify.", "Try another cipher and MAC; where it repeats, a network device between damages the stream."),
        Rule(@"Timeout, server (\S+) not responding", "keepalive", "The server {1} did not answer keepalive messages.", "Its host is down, or the way to it is cut."),
        Rule(@"[Cc]onnection to \S+(?: port \d+)? timed out", "timeout", "The connection timed out.", "Check host, port and the firewalls between."),
        Rule(@"subsystem request failed", "subsystem", "The server has no such subsystem, or may not start it.", "For SFTP: a Subsystem line in sshd_config."),
        Rule(@"Received message too long (\d+)", "sftp-noise",
            "Something on the server prints text where SFTP should speak (its first bytes, read as a length, are {1}).", "A shell start-up file (.bashrc, .profile) writes also without a terminal: silence it there."),
        Rule(@"administratively prohibited", "prohibited", "The server forbids the channel that was asked for.", "AllowTcpForwarding, PermitOpen or the key's options in authorized_keys."),
        Rule(@"key type (\S+) not in PubkeyAcceptedAlgorithms", "key-type-refused", "The server does not take keys of type {1}.", "Use another key, of type ed25519 for example, or add the type to PubkeyAcceptedAlgorithms."),
        Rule(@"Authentication refused: bad ownership or modes for (.*)$", "server-permissions", "The server does not use authorized_keys, because others may write to {1}.", "chmod go-w it on the server."),
        Rule(@"^(?:ssh_exchange_identification|kex_exchange_identification): (.*)$", "identification", "The server's identification was not got: {1}.", "Is it an SSH port? lucid probe HOST:PORT tells what answers."),
        Rule(@"^Connection (?:closed|reset) by (?:authenticating user \S+ |invalid user \S+ )?(\S+) port \d+", "closed", "{1} closed the connection without saying why.", "The server's log says more: MaxStartups, a block list, a crashed or restarted process."),
    ];

    /// <summary>The remark of a line.</summary>
    public Remark Apply(Match match)
    {
        string Fill(string text)
        {
            string[] groups = [.. match.Groups.Values.Skip(1).Select(group => TerminalText.OneLine(group.Value))];
            string first = groups.FirstOrDefault(group => group.Length > 0) ?? "";
            text = text.Replace("{1}", groups is [{ Length: > 0 } one, ..] ? one : first, StringComparison.Ordinal);
            for (int i = 1; i < groups.Length; i++)
                text = text.Replace($"{{{i + 1}}}", groups[i], StringComparison.Ordinal);
            return text;
        }

        return new Remark(Code, RemarkSeverity.Failure, Fill(Sentence), Remedy);
    }

    private static OpenSshRule Rule(string pattern, string code, string sentence, string remedy) =>
        new(new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking), code, sentence, remedy);
}
