using System.Collections.Frozen;
using System.Collections.Immutable;

namespace LucidSsh.Client;

/// <summary>What becomes of a keyword of ssh_config(5).</summary>
internal enum KeywordEffect
{
    /// <summary>It divides the file.</summary>
    Structure,

    /// <summary>It changes how the connection is made.</summary>
    Applied,

    /// <summary>It is read and checked, and told to whoever asks; the command uses it where it can.</summary>
    Told,

    /// <summary>OpenSSH knows it; here it has no effect.</summary>
    Recognised,
}

/// <summary>A keyword of ssh_config(5).</summary>
/// <param name="Name">In the manual's spelling; any case is read.</param>
/// <param name="Effect">What becomes of it.</param>
/// <param name="Form">What its value looks like.</param>
/// <param name="Meaning">What it does here, for the table of keywords.</param>
internal sealed record ConfigKeyword(string Name, KeywordEffect Effect, ValueForm Form, string Meaning);

/// <summary>The keywords, one row each: what is read, and the source of the table in docs/ssh-config.md.</summary>
internal static class ConfigKeywords
{
    private const string NoEffect = "";

    /// <summary>All rows: those with an effect as the manual orders them, then the others.</summary>
    public static ImmutableArray<ConfigKeyword> All { get; } = [.. Structure(), .. Connection(), .. Trust(), .. Login(), .. Session(), .. Recognised()];

    private static readonly FrozenDictionary<string, ConfigKeyword> ByName =
        All.ToFrozenDictionary(row => row.Name, StringComparer.OrdinalIgnoreCase);

    // Names that are older than those they stand for.
    private static readonly FrozenDictionary<string, string> Aliases = new Dictionary<string, string>
    {
        ["DSAAuthentication"] = "PubkeyAuthentication",
        ["ChallengeResponseAuthentication"] = "KbdInteractiveAuthentication",
        ["SkeyAuthentication"] = "KbdInteractiveAuthentication",
        ["TISAuthentication"] = "KbdInteractiveAuthentication",
        ["PubkeyAcceptedKeyTypes"] = "PubkeyAcceptedAlgorithms",
        ["HostbasedKeyTypes"] = "HostbasedAcceptedAlgorithms",
        ["HostbasedAcceptedKeyTypes"] = "HostbasedAcceptedAlgorithms",
        ["IdentityFile2"] = "IdentityFile",
        ["UserKnownHostsFile2"] = "UserKnownHostsFile",
        ["GlobalKnownHostsFile2"] = "GlobalKnownHostsFile",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The row of a name; null where ssh does not know it either.</summary>
    public static ConfigKeyword? Find(string name) => ByName.GetValueOrDefault(Aliases.GetValueOrDefault(name, name));

    private static ConfigKeyword[] Structure() =>
    [
        new("Host", KeywordEffect.Structure, ValueForm.Words, "what follows is for hosts whose name, as given, matches a pattern, and no pattern with ! before it"),
        new("Match", KeywordEffect.Structure, ValueForm.Words, "what follows is for connections that meet all of the conditions: all, canonical, final, host, originalhost, user, localuser, tagged, exec"),
        new("Include", KeywordEffect.Structure, ValueForm.Files, "reads files in this place; * and ? match, names without a directory are looked for in ~/.ssh"),
        new("IgnoreUnknown", KeywordEffect.Structure, ValueForm.Text, "patterns of keywords that need not be reported where they are unknown"),
        new("Tag", KeywordEffect.Told, ValueForm.Text, "a name for Match tagged"),
    ];

    private static ConfigKeyword[] Connection() =>
    [
        new("HostName", KeywordEffect.Applied, ValueForm.Text, "the real name or address to connect to; %h is the name as given"),
        new("Port", KeywordEffect.Applied, ValueForm.Port, "the TCP port"),
        new("AddressFamily", KeywordEffect.Applied, ValueForm.Choice("any", "inet", "inet6"), "which addresses of a name are tried"),
        new("BindAddress", KeywordEffect.Applied, ValueForm.Text, "the address of this machine that the connection comes from"),
        new("ConnectTimeout", KeywordEffect.Applied, ValueForm.TimeOrNone, "for name resolution, TCP and proxies, and again for the key exchange"),
        new("ServerAliveInterval", KeywordEffect.Applied, ValueForm.Time, "silence before the server is asked for a sign of life; 0 never asks"),
        new("ServerAliveCountMax", KeywordEffect.Applied, ValueForm.Number(0, int.MaxValue), "unanswered questions that end the connection"),
        new("ProxyJump", KeywordEffect.Applied, ValueForm.Text, "jump hosts with commas, the first to be connected to first, each configured by its own blocks; none"),
        new("ProxyCommand", KeywordEffect.Applied, ValueForm.Command, "a program whose streams lead to the server; run only where that is allowed; none"),
        new("KexAlgorithms", KeywordEffect.Applied, ValueForm.Algorithms, "key exchange methods; names that are unknown here are left out and reported"),
        new("HostKeyAlgorithms", KeywordEffect.Applied, ValueForm.Algorithms, "host key algorithms"),
        new("Ciphers", KeywordEffect.Applied, ValueForm.Algorithms, "ciphers"),
        new("MACs", KeywordEffect.Applied, ValueForm.Algorithms, "MACs"),
        new("Compression", KeywordEffect.Applied, ValueForm.YesNo, "offers compression where this library has a method for it"),
        new("RekeyLimit", KeywordEffect.Applied, ValueForm.Rekey, "how much data, and how much time, before new keys are exchanged"),
        new("RequiredRSASize", KeywordEffect.Applied, ValueForm.Number(1, 16384), "the smallest RSA key accepted, in bits"),
    ];

    private static ConfigKeyword[] Trust() =>
    [
        new("StrictHostKeyChecking", KeywordEffect.Applied, ValueForm.Choice("yes", "no", "ask", "accept-new", "off"), "what is done with unknown hosts; no and off take new keys as accept-new does: a changed key is refused whatever this says"),
        new("UserKnownHostsFile", KeywordEffect.Applied, ValueForm.Files, "the user's files of known hosts, new ones are added to the first; none"),
        new("GlobalKnownHostsFile", KeywordEffect.Applied, ValueForm.Files, "the system's files of known hosts; none"),
        new("HostKeyAlias", KeywordEffect.Applied, ValueForm.Text, "the name to look for in these files"),
        new("HashKnownHosts", KeywordEffect.Applied, ValueForm.YesNo, "new entries hide the host's name"),
        new("UpdateHostKeys", KeywordEffect.Applied, ValueForm.Choice("yes", "no", "ask"), "keys that a known server announces are added, those it drops are removed"),
        new("RevokedHostKeys", KeywordEffect.Applied, ValueForm.Text, "a file of host keys that are refused: a KRL, or public keys"),
        new("CASignatureAlgorithms", KeywordEffect.Applied, ValueForm.Algorithms, "what certificate authorities may sign with"),
    ];

    private static ConfigKeyword[] Login() =>
    [
        new("User", KeywordEffect.Applied, ValueForm.Text, "the name to log in as"),
        new("IdentityFile", KeywordEffect.Applied, ValueForm.EachFile, "a private key, with its certificate in FILE-cert.pub where that is there; none"),
        new("CertificateFile", KeywordEffect.Applied, ValueForm.EachFile, "a certificate for one of the keys"),
        new("IdentitiesOnly", KeywordEffect.Applied, ValueForm.YesNo, "of the agent's keys, only those of the files named"),
        new("IdentityAgent", KeywordEffect.Applied, ValueForm.Text, "the agent's socket; none; SSH_AUTH_SOCK or $NAME: the environment's"),
        new("ForwardAgent", KeywordEffect.Applied, ValueForm.ChoiceOr("a socket or $NAME", word => word.Length > 0 && word[0] is '/' or '$' or '~' or '%', "yes", "no"), "lets the server use the agent"),
        new("PreferredAuthentications", KeywordEffect.Applied, ValueForm.Text, "login methods with commas: only these, in this order"),
        new("PubkeyAuthentication", KeywordEffect.Applied, ValueForm.Choice("yes", "no", "unbound", "host-bound"), "whether keys are tried"),
        new("PasswordAuthentication", KeywordEffect.Applied, ValueForm.YesNo, "whether a password is tried"),
        new("KbdInteractiveAuthentication", KeywordEffect.Applied, ValueForm.YesNo, "whether the server's questions are answered"),
        new("GSSAPIAuthentication", KeywordEffect.Told, ValueForm.YesNo, "whether Kerberos is tried"),
        new("PubkeyAcceptedAlgorithms", KeywordEffect.Applied, ValueForm.Algorithms, "what keys may sign with in a login"),
        new("NumberOfPasswordPrompts", KeywordEffect.Told, ValueForm.Number(0, int.MaxValue), "how often lucid asks for a password"),
        new("BatchMode", KeywordEffect.Told, ValueForm.YesNo, "lucid asks nobody for anything"),
        new("AddKeysToAgent", KeywordEffect.Told, ValueForm.Words, "recognised: lucid gives no keys to the agent"),
    ];

    private static ConfigKeyword[] Session() =>
    [
        new("SetEnv", KeywordEffect.Told, ValueForm.Assignments, "environment variables for commands (lucid exec)"),
        new("SendEnv", KeywordEffect.Told, ValueForm.EachWords, "patterns of this environment's variables that commands get (lucid exec); - before one takes patterns back"),
        new("RemoteCommand", KeywordEffect.Told, ValueForm.Command, "the command that runs where none is given"),
        new("RequestTTY", KeywordEffect.Told, ValueForm.Choice("no", "yes", "force", "auto"), "whether a terminal is asked for"),
        new("LogLevel", KeywordEffect.Told, ValueForm.Choice("quiet", "fatal", "error", "info", "verbose", "debug", "debug1", "debug2", "debug3"), "quiet, fatal and error: lucid does not print warnings about the configuration"),
    ];

    private static IEnumerable<ConfigKeyword> Recognised() =>
        ((string[])[
            "AFSTokenPassing", "BindInterface", "CanonicalDomains", "CanonicalizeFallbackLocal", "CanonicalizeHostname", "CanonicalizeMaxDots",
            "CanonicalizePermittedCNAMEs", "ChannelTimeout", "CheckHostIP", "Cipher", "ClearAllForwardings", "CompressionLevel", "ConnectionAttempts",
            "ControlMaster", "ControlPath", "ControlPersist", "DynamicForward", "EnableEscapeCommandline", "EnableSSHKeysign", "EscapeChar",
            "ExitOnForwardFailure", "FallBackToRsh", "FingerprintHash", "ForkAfterAuthentication", "ForwardX11", "ForwardX11Timeout",
            "ForwardX11Trusted", "GatewayPorts", "GSSAPIClientIdentity", "GSSAPIDelegateCredentials", "GSSAPIKeyExchange",
            "GSSAPIRenewalForcesRekey", "GSSAPIServerIdentity", "GSSAPITrustDns", "HostbasedAcceptedAlgorithms", "HostbasedAuthentication",
            "IPQoS", "KeepAlive", "KerberosAuthentication", "KerberosTGTPassing", "KnownHostsCommand", "LocalCommand", "LocalForward", "LogVerbose",
            "NoHostAuthenticationForLocalhost", "ObscureKeystrokeTiming", "PermitLocalCommand", "PermitRemoteOpen", "PKCS11Provider", "Protocol",
            "ProxyUseFdpass", "RefuseConnection", "RemoteForward", "RhostsAuthentication", "RhostsRSAAuthentication",
            "RSAAuthentication", "SecurityKeyProvider", "SessionType", "SmartcardDevice", "StdinNull", "StreamLocalBindMask",
            "StreamLocalBindUnlink", "SyslogFacility", "TCPKeepAlive", "Tunnel", "TunnelDevice", "UsePrivilegedPort", "UseRoaming", "UseRsh",
            "VerifyHostKeyDNS", "VersionAddendum", "VisualHostKey", "WarnWeakCrypto", "XAuthLocation",
        ]).Select(name => new ConfigKeyword(name, KeywordEffect.Recognised, ValueForm.Words, NoEffect));
}
