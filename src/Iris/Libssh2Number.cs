using System.Collections.Immutable;

namespace LucidSsh.Iris;

/// <summary>One of libssh2's error numbers (libssh2.h), as users meet it: in a log of libssh2, or in an IRIS status.</summary>
/// <param name="Value">The number, negative.</param>
/// <param name="Name">The name behind LIBSSH2_ERROR_.</param>
/// <param name="Means">What it says, and what really lies behind it most often.</param>
/// <param name="Check">What to look at.</param>
internal sealed record Libssh2Number(int Value, string Name, string Means, string Check)
{
    private const string Bug = "The program that calls libssh2 has to be mended.";
    private const string Peer = "Record a trace with Lucid SSH (--trace 511): it decodes every message up to the failure.";

    // HRESULT = 0x80101000 | -rc: how IRIS wraps a libssh2 error.
    private const uint IrisBase = 0x80101000;

    /// <summary>IRIS's number.</summary>
    public uint IrisCode => IrisBase | (uint)-Value;

    /// <summary>The same as IRIS prints it in decimal.</summary>
    public int IrisDecimal => unchecked((int)IrisCode);

    /// <summary>All of them, from -1 downwards.</summary>
    public static ImmutableArray<Libssh2Number> All { get; } =
    [
        new(-1, "SOCKET_NONE", "There is no connection: nothing listens, or the connection was lost before the server's list of algorithms came.",
            "Check host and port; look into the server's log for a connection it closed (MaxStartups, TCP wrappers, a block list)."),
        new(-2, "BANNER_RECV", "The identification line could not be read: a NUL byte in it, or, up to libssh2 1.8, an empty line before it.",
            "Run `lucid probe` against the port: it shows the first bytes."),
        new(-3, "BANNER_SEND", "The connection broke while the identification line was being sent.", "The server closes at once: look into its log and at firewalls."),
        new(-4, "INVALID_MAC", "A packet's MAC did not verify.", "Try another cipher and MAC; where it stays, a device in between damages the stream."),
        new(-5, "KEX_FAILURE", "The two sides have no algorithm in common, for the key exchange, the host key, a cipher or a MAC; libssh2 does not say for which.",
            "Run `lucid probe` against the server, or give both lists to `lucid trace explain`: it names every kind that fails, and both lists. In IRIS, SetPreferredAlgorithms changes the client's; a newer release knows newer algorithms."),
        new(-6, "ALLOC", "Memory could not be had, or a length from the server made libssh2 ask for too much.", Peer),
        new(-7, "SOCKET_SEND", "The connection broke while data was being sent.", "The server or a firewall has closed it: look for its reason in the server's log."),
        new(-8, "KEY_EXCHANGE_FAILURE", "Algorithms were agreed, and the exchange itself failed: the host key's signature, or a value out of range.",
            "Try another key exchange method and another host key type; compare the host key's fingerprint with the owner's."),
        new(-9, "TIMEOUT", "No answer in time. With \"Failed getting banner\" it is a port that speaks, but not SSH (FTP greets and waits), or says nothing at all.",
            "Run `lucid probe` against the port: it names what answers. Otherwise raise the timeout (SetTimeout counts in milliseconds)."),
        new(-10, "HOSTKEY_INIT", "The server's host key could not be read.", "Try another host key type (HOSTKEY= in SetPreferredAlgorithms)."),
        new(-11, "HOSTKEY_SIGN", "The server's signature over the key exchange does not verify.", "Somebody may sit in between; compare the host key's fingerprint. Otherwise try another host key type."),
        new(-12, "DECRYPT", "A packet could not be decrypted.", "Try another cipher."),
        new(-13, "SOCKET_DISCONNECT", "The server closed the connection. With \"Failed getting banner\" it closed before it had introduced itself: a TLS (FTPS) port, which cannot read SSH, a server that takes no more logins now (MaxStartups), or one that refuses this address (TCP wrappers, PerSourcePenalties, a firewall).",
            "Run `lucid probe` against the port. Is the port right (22 for SFTP; 990 and 21 are FTPS and FTP)? Does the server's log have an entry? Its DISCONNECT text, which libssh2 hides, is in the trace as \"Disconnect(…)\"."),
        new(-14, "PROTO", "The server broke the protocol; or a key file could not be parsed (\"Error parsing PEM\").", "A key in PuTTY's or OpenSSH's own format is a common cause: Lucid SSH reads both, and says of any other file what it is. " + Peer),
        new(-15, "PASSWORD_EXPIRED", "The password has expired.", "Change it on the server."),
        new(-16, "FILE", "A file, usually of a key, could not be read or parsed.", "Is it there, is it the private key, does it need a passphrase? `lucid exec -i FILE …` tells these apart."),
        new(-17, "METHOD_NONE", "No algorithm was left, or no method was chosen.", "Look at the names that were set as preferences: libssh2 drops unknown ones without a word."),
        new(-18, "AUTHENTICATION_FAILED", "The server refused the password, or does not know the key for this user; it may also not take this method at all.",
            "Which methods does the server offer? `lucid probe USER@HOST` lists them: a server that offers only keyboard-interactive refuses every password. Check the user name, and authorized_keys on the server."),
        new(-19, "PUBLICKEY_UNVERIFIED", "The server knew the key and then did not let the user in. Most often that is no bad signature at all: it accepted the key and wants a second factor, which libssh2 cannot tell apart.",
            "Does the server want two methods (AuthenticationMethods)? Then call the next Authenticate… method in the same session. Otherwise the private key is not the public key's pair, the server takes no ssh-rsa (SHA-1) signatures, or the passphrase was wrong (\"Callback returned error\")."),
        new(-20, "CHANNEL_OUTOFORDER", "Channel messages came in an order that libssh2 did not expect.", Peer),
        new(-21, "CHANNEL_FAILURE", "A channel could not be opened, or what was to run on it did not start.",
            "For SFTP: the server has no Subsystem line, or no sftp-server program. Otherwise MaxSessions, or forwarding is forbidden."),
        new(-22, "CHANNEL_REQUEST_DENIED", "The server refused a request: a command, a terminal, a variable.",
            "Variables need AcceptEnv on the server and are no reason to fail. A forced command or ForceCommand refuses others."),
        new(-23, "CHANNEL_UNKNOWN", "A message for a channel that is not open.", Peer),
        new(-24, "CHANNEL_WINDOW_EXCEEDED", "The server sent more than the window allowed.", Peer),
        new(-25, "CHANNEL_PACKET_EXCEEDED", "The server sent a larger packet than allowed.", Peer),
        new(-26, "CHANNEL_CLOSED", "The channel is closed: the command has ended.", "Read the exit status and the error output."),
        new(-27, "CHANNEL_EOF_SENT", "Data after end of file.", Bug),
        new(-28, "SCP_PROTOCOL", "SCP failed: the server's scp said so, is missing, or the shell's start-up files print.", "Use SFTP; or run the command by hand and look at its output."),
        new(-29, "ZLIB", "Compressed data could not be expanded.", "Switch compression off."),
        new(-30, "SOCKET_TIMEOUT", "The socket timed out.", "Is the host up? A firewall may drop packets without a word."),
        new(-31, "SFTP_PROTOCOL", "The SFTP server refused an operation, for whatever reason: libssh2 throws its status text away.",
            "Is the path right (with / between directories), does it exist, may the user? `lucid stat` and `lucid ls` show the server's own words."),
        new(-32, "REQUEST_DENIED", "The server refused a global request, such as a port to be forwarded.", "AllowTcpForwarding and GatewayPorts on the server; the port may be in use."),
        new(-33, "METHOD_NOT_SUPPORTED", "An algorithm or a key type is not supported by this libssh2.", "A newer release knows more; or choose another name."),
        new(-34, "INVAL", "A parameter is not valid.", Bug),
        new(-35, "INVALID_POLL_TYPE", "A parameter of a call is not valid.", Bug),
        new(-36, "PUBLICKEY_PROTOCOL", "The public key subsystem (RFC 4819) broke its protocol.", "Few servers have it."),
        new(-37, "EAGAIN", "No failure: libssh2 only had to wait for the network. Versions up to 1.8 write it into the log as a \"Failure Event\", with a text that misleads.",
            "Leave these lines aside, and look for the last Failure Event with another number."),
        new(-38, "BUFFER_TOO_SMALL", "A buffer is too small.", Bug),
        new(-39, "BAD_USE", "A call came at the wrong time or with the wrong parameters; often only the last error of a session that has ended already.", "Look for the first error instead of the last. " + Bug),
        new(-40, "COMPRESS", "Data could not be compressed.", "Switch compression off."),
        new(-41, "OUT_OF_BOUNDARY", "A field of a message runs beyond its end.", Peer),
        new(-42, "AGENT_PROTOCOL", "The key agent failed, or there is none.", "Is SSH_AUTH_SOCK set, and does `ssh-add -l` list the key?"),
        new(-43, "SOCKET_RECV", "The connection broke while data was read: a reset. With \"Failed getting banner\" the server threw the connection away before it had introduced itself.",
            "Run `lucid probe` against the port; look for a firewall that resets, and at the server's log."),
        new(-44, "ENCRYPT", "A packet could not be encrypted.", "Try another cipher."),
        new(-45, "BAD_SOCKET", "The socket is not usable: closed already, or never opened.", Bug),
        new(-46, "KNOWN_HOSTS", "A known_hosts file could not be used, or the host's key is another one.", "Compare the host key's fingerprint with the host's owner."),
        new(-47, "CHANNEL_WINDOW_FULL", "The server does not read; nothing more can be sent on the channel.", "Is the program at the other end alive?"),
        new(-48, "KEYFILE_AUTH_FAILED", "The passphrase does not open the private key.", "Give the key's passphrase; it is not the account's password."),
        new(-49, "RANDGEN", "No random numbers could be had.", "The operating system's generator is not available to the process."),
        new(-50, "MISSING_USERAUTH_BANNER", "The server sent no banner before the login.", "No failure of the login: servers need not send one."),
        new(-51, "ALGO_UNSUPPORTED", "The key's or the signature's algorithm is not supported.", "A server since OpenSSH 8.8 takes no ssh-rsa (SHA-1) signatures: use a newer client, or a key of type ed25519."),
        new(-52, "MAC_FAILURE", "A MAC could not be computed.", "Try another MAC."),
        new(-53, "HASH_INIT", "A hash could not be begun.", "In a FIPS mode MD5 and SHA-1 are not available: use SHA-256."),
        new(-54, "HASH_CALC", "A hash could not be computed.", "In a FIPS mode MD5 and SHA-1 are not available: use SHA-256."),
        new(-55, "STORE_OVERFLOW", "A value does not fit its buffer.", Bug),
    ];

    /// <summary>The row of a number; null where libssh2 has no such.</summary>
    public static Libssh2Number? Find(int value) => value is < 0 and >= -55 ? All[-value - 1] : null;

    /// <summary>The row of an IRIS code, 0x80101000 | -rc; null for others.</summary>
    public static Libssh2Number? FindIris(uint code) => (code & 0xFFFFFF00) == IrisBase ? Find(-(int)(code & 0xFF)) : null;
}
