using LucidSsh.Auth;

namespace LucidSsh.Kerberos;

/// <summary>Kerberos, for the method <c>gssapi-with-mic</c> (RFC 4462, RFC 4121), with the ticket of whoever runs this process: what
/// <c>kinit</c> or the login to the domain left. The base library's <see cref="System.Net.Security.NegotiateAuthentication"/> speaks it:
/// through SSPI on Windows, through the system's libgssapi_krb5 elsewhere. That is why it is a project of its own: it is the one part of
/// this library with native code under it, and only who uses it loads it.</summary>
/// <remarks>The server proves itself too (mutual authentication); the ticket is not delegated unless that is asked for.</remarks>
public sealed class KerberosCredential : GssApiCredential
{
    // 1.2.840.113554.1.2.2 in DER (RFC 4121 section 2).
    private static readonly byte[] Kerberos5 = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02];

    /// <summary>The ticket of this process.</summary>
    public KerberosCredential()
        : base(Kerberos5)
    {
    }

    /// <summary>The host in the service's name, <c>host/NAME</c>; null takes the name the client connects to, as it was given. Kerberos
    /// wants the fully qualified name the server has in its keytab, and an address never does.</summary>
    public string? ServerName { get; init; }

    /// <summary>True hands the ticket on to the server, which can then act as the user (<c>GSSAPIDelegateCredentials</c>). The ticket must
    /// be forwardable.</summary>
    public bool Delegate { get; init; }

    /// <inheritdoc />
    public override string ToString() => "the Kerberos ticket";

    /// <inheritdoc />
    public override ISecurityContext Begin(string server) => new KerberosContext($"host/{ServerName ?? server}", Delegate);
}
