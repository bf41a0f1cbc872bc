using System.Collections.Immutable;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>What a key may not do, or only in some way: the options of sshd(8) in front of a key. <see cref="SessionPermissions"/> says
/// what remains once the login is complete; where a client comes from and when are judged during the login.</summary>
public sealed record KeyRestrictions
{
    /// <summary>A key without options: everything the server itself allows.</summary>
    public static KeyRestrictions None { get; } = new();

    /// <summary>A certificate authority that restricts nothing itself: its certificates say what they allow, and must name the user.</summary>
    public static KeyRestrictions Authority { get; } = new() { IsCertificateAuthority = true, RequiresTouch = false };

    /// <summary>True when the key does not log anybody in itself, but the certificates it has signed do.</summary>
    public bool IsCertificateAuthority { get; init; }

    /// <summary>Of a certificate authority: the principals one of which a certificate must name; empty: the name of the user who logs in.</summary>
    public ImmutableArray<string> Principals { get; init; } = [];

    /// <summary>The command that is run whatever the client asks for; null: what it asks for.</summary>
    public string? ForcedCommand { get; init; }

    /// <summary>Environment variables that are set, where the server allows their names; of one name the first counts.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>When the key stops logging in; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Where the client must come from; null: from anywhere.</summary>
    public AddressPatterns? From { get; init; }

    /// <summary>Where a client may forward a connection to; empty: anywhere.</summary>
    public ImmutableArray<ForwardingTarget> PermitOpen { get; init; } = [];

    /// <summary>Where a client may have the server listen; empty: anywhere.</summary>
    public ImmutableArray<ForwardingTarget> PermitListen { get; init; } = [];

    /// <summary>Whether the client's agent may be forwarded.</summary>
    public bool AllowsAgentForwarding { get; init; } = true;

    /// <summary>Whether connections may be forwarded, in either direction.</summary>
    public bool AllowsPortForwarding { get; init; } = true;

    /// <summary>Whether a terminal may be had.</summary>
    public bool AllowsPty { get; init; } = true;

    /// <summary>Whether the user's own start file may be run.</summary>
    public bool AllowsUserRc { get; init; } = true;

    /// <summary>Whether X11 may be forwarded.</summary>
    public bool AllowsX11Forwarding { get; init; } = true;

    /// <summary>Of a security key: whether a signature must say that somebody touched it.</summary>
    public bool RequiresTouch { get; init; } = true;

    /// <summary>Of a security key: whether a signature must say that its owner was verified, by a PIN for example.</summary>
    public bool RequiresVerification { get; init; }

    /// <summary>The device a tunnel would have to use; null: any.</summary>
    public string? Tunnel { get; init; }

    /// <summary>Reads options as they stand in front of a key in an authorized_keys file: apart by commas, without blanks outside quotes.</summary>
    /// <exception cref="LocalMisuseException">An option is unknown, or its value is not of its form; the message names it.</exception>
    public static KeyRestrictions Parse(string options)
    {
        ArgumentNullException.ThrowIfNull(options);
        KeyRestrictions read = KeyOptions.Read(options, out int end);
        return end == options.Length
            ? read
            : throw new LocalMisuseException(SshErrorCode.Misuse, "The options of a key end at a blank outside quotes, and something follows.");
    }

    /// <summary>True when the key may log this client in now, as far as <see cref="From"/> and <see cref="ExpiresAt"/> go.</summary>
    public bool Permits(LoginContext context) => WhyRefused(context) is null;

    /// <summary>A certificate's permissions as restrictions: what it does not permit it forbids.</summary>
    internal static KeyRestrictions Of(CertificatePermissions granted) => new()
    {
        ForcedCommand = granted.ForceCommand,
        AllowsAgentForwarding = granted.PermitAgentForwarding,
        AllowsPortForwarding = granted.PermitPortForwarding,
        AllowsPty = granted.PermitPty,
        AllowsUserRc = granted.PermitUserRc,
        AllowsX11Forwarding = granted.PermitX11Forwarding,
        RequiresTouch = !granted.NoTouchRequired,
        RequiresVerification = granted.VerifyRequired,
    };

    /// <summary>Why it may not, as the end of a sentence that began with the key; null where it may.</summary>
    internal string? WhyRefused(LoginContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (ExpiresAt <= context.Now)
            return $"expired at {ExpiresAt:yyyy-MM-dd HH:mm:ss zzz}";
        return From is not null && !From.Permits(context.Address, context.RemoteHostName)
            ? $"may be used from {From} only, and the client is at {context.RemoteAddress ?? "an unknown address"}"
            : null;
    }
}
