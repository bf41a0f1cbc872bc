using System.Globalization;
using System.Net.Security;
using System.Text.RegularExpressions;
using LucidSsh.Wire;

namespace LucidSsh.Kerberos;

/// <summary>Says what Kerberos said, and what to do about it.</summary>
internal static partial class KerberosFailure
{
    // The error table krb5 begins here (MIT krb5's com_err; Heimdal's is the same); RFC 4120 section 7.5.9 numbers its first 128.
    private const uint Krb5Base = 0x96c73a00;

    /// <summary>For a machine without the system's library.</summary>
    public static LocalMisuseException Unusable(Exception exception) => new(
        SshErrorCode.CredentialFailed, $"Kerberos cannot be used on this machine: {exception.Message.TrimEnd('.')}.",
        "Outside Windows it takes the system's libgssapi_krb5 (Debian: libgssapi-krb5-2).", exception);

    /// <summary>For a token that was not made.</summary>
    /// <param name="status">What the base library returned.</param>
    /// <param name="said">What its diagnostics said meanwhile, or null.</param>
    /// <param name="service">The service, for example <c>host/files.example</c>.</param>
    public static SshException Of(NegotiateAuthenticationStatusCode status, string? said, string service)
    {
        service = TerminalText.OneLine(service, 200);
        uint? error = KerberosError(said);
        (string what, string remedy) = (error, status) switch
        {
            (6, _) => ("the KDC does not know the user of this ticket", "Get another one: kinit USER@REALM."),
            (7, _) or (_, NegotiateAuthenticationStatusCode.TargetUnknown) => (
                $"the KDC does not know the service {service}",
                "The service is host/ and the fully qualified name that the server has in its keytab: connect by that name, or give it as ServerName."),
            (12, _) => ("the KDC's policy refuses it", "The KDC's log says more."),
            (14, _) => ("the KDC does not have the encryption types that are wanted", "Compare the encryption types of both sides (klist -e)."),
            (32, _) => ("the ticket has expired", "Get a new one: kinit."),
            (33, _) => ("the ticket is not valid yet", "Wait, or set the clocks of this host and of the KDC right."),
            (37, _) => (
                "the clocks differ by more than Kerberos allows (mostly 5 minutes)", "Set the clocks of this host, the server and the KDC right (NTP)."),
            (41, _) => ("a message was changed, or the server's keytab has another key", "Have the server's keytab made anew (ktadd)."),
            (44, _) => ("the server's keytab does not hold the key of this version", "Get a new ticket (kinit), or have the keytab made anew (ktadd)."),
            (45, _) => ("the server's keytab does not hold a key for it", $"Have {service} put into the server's keytab (ktadd)."),
            (154, _) => ("no KDC is known for the realm", "Name it in krb5.conf ([realms], kdc = …), or set default_realm."),
            (156, _) => ("no KDC of the realm can be reached", "Check the network, and the KDC's address in krb5.conf."),
            (141 or 195, _) or (_, NegotiateAuthenticationStatusCode.UnknownCredentials) => (
                "there is no ticket", "Get one (kinit), and see that KRB5CCNAME names its cache in this process; klist shows it."),
            (_, NegotiateAuthenticationStatusCode.CredentialsExpired or NegotiateAuthenticationStatusCode.ContextExpired) =>
                ("the ticket has expired", "Get a new one: kinit."),
            _ => ($"the base library says {status}{Rest(said, error)}", "KRB5_TRACE=/dev/stderr has the system's library tell what it does."),
        };
        return new LocalMisuseException(SshErrorCode.CredentialFailed, $"Kerberos for {service}: {what}.", remedy);
    }

    private static uint? KerberosError(string? said)
    {
        Match match = Minor().Match(said ?? "");
        return match.Success && uint.TryParse(match.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint minor)
            && minor is >= Krb5Base and <= Krb5Base + 255
            ? minor - Krb5Base
            : null;
    }

    private static string Rest(string? said, uint? error) =>
        error is { } number ? $" (Kerberos error {number})" : said is null ? "" : $": {TerminalText.OneLine(said, 240).TrimEnd('.')}";

    // As the base library writes it: "GSSAPI operation failed with status: 000D0000 (Minor status: 96C73A07)".
    [GeneratedRegex(@"Minor status: ([0-9A-Fa-f]{8})")]
    private static partial Regex Minor();
}
