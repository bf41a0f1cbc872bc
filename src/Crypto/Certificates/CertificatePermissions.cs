namespace LucidSsh.Crypto;

/// <summary>What a user certificate lets its holder do: nothing but a command, unless an extension permits it (OpenSSH's
/// PROTOCOL.certkeys, critical options and extensions).</summary>
public sealed record CertificatePermissions
{
    /// <summary>force-command: this command runs whatever is asked for; null where none is forced.</summary>
    public string? ForceCommand { get; init; }

    /// <summary>source-address: the list of addresses and networks the user may come from, already enforced; null for any.</summary>
    public string? SourceAddress { get; init; }

    /// <summary>verify-required: a signature of a hardware security key must say that its user was verified, by a PIN for example.</summary>
    public bool VerifyRequired { get; init; }

    /// <summary>no-touch-required: a signature of a hardware security key need not say that somebody touched it.</summary>
    public bool NoTouchRequired { get; init; }

    /// <summary>permit-X11-forwarding.</summary>
    public bool PermitX11Forwarding { get; init; }

    /// <summary>permit-agent-forwarding.</summary>
    public bool PermitAgentForwarding { get; init; }

    /// <summary>permit-port-forwarding.</summary>
    public bool PermitPortForwarding { get; init; }

    /// <summary>permit-pty.</summary>
    public bool PermitPty { get; init; }

    /// <summary>permit-user-rc.</summary>
    public bool PermitUserRc { get; init; }
}
