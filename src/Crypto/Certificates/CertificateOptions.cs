using System.Text;
using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>The critical options and extensions of a certificate that are known, and what they mean.</summary>
internal static class CertificateOptions
{
    public const string ForceCommand = "force-command";
    public const string SourceAddress = "source-address";
    public const string VerifyRequired = "verify-required";
    public const string NoTouchRequired = "no-touch-required";

    /// <summary>Reads and enforces what can be enforced here; the rest becomes permissions. Null where all of it is in order.</summary>
    public static CertificateRefusal? Read(Certificate certificate, CertificateUse use, ref CertificatePermissions granted)
    {
        foreach (CertificateOption option in certificate.CriticalOptions)
        {
            if (ReadCritical(certificate, use, option, ref granted) is { } refusal)
                return refusal;
        }

        if (use.Kind == CertificateKind.Host)
            return null; // no extension is defined for hosts
        foreach (CertificateOption option in certificate.Extensions)
        {
            if (Permit(granted, option.Name) is not { } wider)
                continue;
            if (!option.Data.IsEmpty)
                return Malformed(certificate, option.Name, "has data, where it has none");
            granted = wider;
        }

        return null;
    }

    private static CertificateRefusal? ReadCritical(
        Certificate certificate, CertificateUse use, CertificateOption option, ref CertificatePermissions granted)
    {
        // For hosts no critical option is defined.
        switch (use.Kind == CertificateKind.Host ? "" : option.Name)
        {
            case VerifyRequired:
                granted = granted with { VerifyRequired = true };
                return option.Data.IsEmpty ? null : Malformed(certificate, option.Name, "has data, where it has none");
            case ForceCommand:
                granted = granted with { ForceCommand = Text(option) };
                return granted.ForceCommand is null ? Malformed(certificate, option.Name, "names no command") : null;
            case SourceAddress:
                granted = granted with { SourceAddress = Text(option) };
                return CheckSource(certificate, use, granted.SourceAddress);
            default:
                return new(CertificateFault.UnknownCriticalOption,
                    $"{CertificateRules.Name(certificate)} has the critical option \"{TerminalText.OneLine(option.Name, 100)}\", which is not known for a "
                    + $"{CertificateRules.Word(use.Kind)} certificate; what is not understood cannot be obeyed.",
                    "Have it issued without that option.");
        }
    }

    private static CertificateRefusal? CheckSource(Certificate certificate, CertificateUse use, string? text)
    {
        if (text is null || SourceAddressList.Parse(text) is not { } allowed)
            return Malformed(certificate, SourceAddress, "is no list of addresses and networks in CIDR form");
        if (use.Source is not null && allowed.Contains(use.Source))
            return null;
        string where = use.Source is null ? "the address of this connection is not known" : $"this connection comes from {use.Source}";
        return new(CertificateFault.SourceAddress,
            $"{CertificateRules.Name(certificate)} may be used from {TerminalText.OneLine(text)} only, and {where}.",
            "Log in from there, or have it issued for this address too.");
    }

    private static CertificatePermissions? Permit(CertificatePermissions granted, string extension) => extension switch
    {
        NoTouchRequired => granted with { NoTouchRequired = true },
        "permit-X11-forwarding" => granted with { PermitX11Forwarding = true },
        "permit-agent-forwarding" => granted with { PermitAgentForwarding = true },
        "permit-port-forwarding" => granted with { PermitPortForwarding = true },
        "permit-pty" => granted with { PermitPty = true },
        "permit-user-rc" => granted with { PermitUserRc = true },
        _ => null,
    };

    private static CertificateRefusal Malformed(Certificate certificate, string option, string what) =>
        new(CertificateFault.MalformedOption, $"{CertificateRules.Name(certificate)} is malformed: its option {option} {what}.", "Have it issued anew.");

    // The value of an option is a string inside its data; null where it is not, or where it is empty.
    private static string? Text(CertificateOption option)
    {
        SshReader reader = new(option.Data.Span);
        ReadOnlySpan<byte> value = reader.String(option.Name);
        return reader.Complete() && !value.IsEmpty && !value.Contains((byte)0) && System.Text.Unicode.Utf8.IsValid(value)
            ? Encoding.UTF8.GetString(value)
            : null;
    }
}
