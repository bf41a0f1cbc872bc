using System.Net.Security;
using LucidSsh.Kerberos;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Kerberos;

/// <summary>What is said for each error of Kerberos (RFC 4120 section 7.5.9 and MIT krb5's own above 127).</summary>
public sealed class KerberosFailureTests
{
    [Theory]
    [InlineData(0x96c73a06, "the KDC does not know the user of this ticket")]
    [InlineData(0x96c73a07, "the KDC does not know the service host/files.example")]
    [InlineData(0x96c73a20, "the ticket has expired")]
    [InlineData(0x96c73a21, "the ticket is not valid yet")]
    [InlineData(0x96c73a25, "the clocks differ by more than Kerberos allows (mostly 5 minutes)")]
    [InlineData(0x96c73a29, "a message was changed, or the server's keytab has another key")]
    [InlineData(0x96c73a8d, "there is no ticket")]
    [InlineData(0x96c73ac3, "there is no ticket")]
    [InlineData(0x96c73a9a, "no KDC is known for the realm")]
    [InlineData(0x96c73a9c, "no KDC of the realm can be reached")]
    [InlineData(0x96c73a3c, "the base library says GenericFailure (Kerberos error 60)")]
    [InlineData(0x00000016, "the base library says GenericFailure: GSSAPI operation failed with status: 000D0000 (Minor status: 00000016).")]
    public void Failure_WithAKerberosError_SaysWhatItMeans(uint minor, string what)
    {
        SshException failure = KerberosFailure.Of(
            NegotiateAuthenticationStatusCode.GenericFailure, $"GSSAPI operation failed with status: 000D0000 (Minor status: {minor:X8}).", "host/files.example");
        Assert.Equal($"Kerberos for host/files.example: {what.TrimEnd('.')}.", failure.Sentence);
        Assert.NotNull(failure.Remedy);
    }

    [Theory]
    [InlineData(NegotiateAuthenticationStatusCode.UnknownCredentials, "there is no ticket")]
    [InlineData(NegotiateAuthenticationStatusCode.TargetUnknown, "the KDC does not know the service host/files.example")]
    [InlineData(NegotiateAuthenticationStatusCode.CredentialsExpired, "the ticket has expired")]
    [InlineData(NegotiateAuthenticationStatusCode.Unsupported, "the base library says Unsupported")]
    public void Failure_WithAStatusAlone_SaysWhatItMeans(NegotiateAuthenticationStatusCode status, string what) =>
        Assert.Equal($"Kerberos for host/files.example: {what}.", KerberosFailure.Of(status, null, "host/files.example").Sentence);
}
