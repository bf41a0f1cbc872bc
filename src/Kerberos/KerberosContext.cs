using System.Buffers;
using System.Net.Security;
using System.Security.Principal;
using LucidSsh.Auth;
using LucidSsh.Wire;

namespace LucidSsh.Kerberos;

/// <summary>The initiator's security context of the base library, and what it says where it fails.</summary>
internal sealed class KerberosContext : ISecurityContext
{
    private readonly string _service;
    private readonly NegotiateAuthentication _negotiate;

    public KerberosContext(string service, bool delegates)
    {
        _service = service;
        _negotiate = new NegotiateAuthentication(new NegotiateAuthenticationClientOptions
        {
            Package = "Kerberos",
            TargetName = service,
            RequiredProtectionLevel = ProtectionLevel.Sign,
            RequireMutualAuthentication = true,
            AllowedImpersonationLevel = delegates ? TokenImpersonationLevel.Delegation : TokenImpersonationLevel.Identification,
        });
    }

    public bool IsEstablished => _negotiate.IsAuthenticated;

    public byte[]? NextToken(ReadOnlySpan<byte> token)
    {
        using KerberosMessages messages = new();
        byte[]? next;
        NegotiateAuthenticationStatusCode status;
        try
        {
            next = _negotiate.GetOutgoingBlob(token, out status);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw KerberosFailure.Unusable(exception);
        }

        if (status is not (NegotiateAuthenticationStatusCode.Completed or NegotiateAuthenticationStatusCode.ContinueNeeded))
            throw KerberosFailure.Of(status, messages.Last, _service);
        if (status == NegotiateAuthenticationStatusCode.Completed && !(_negotiate.IsSigned && _negotiate.IsMutuallyAuthenticated))
        {
            throw new PeerMisbehavedException(
                SshErrorCode.CredentialFailed, $"The service {TerminalText.OneLine(_service)} did not prove itself by Kerberos, or its context does not sign.");
        }

        return next;
    }

    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        ArrayBufferWriter<byte> mic = new();
        _negotiate.ComputeIntegrityCheck(message, mic);
        return mic.WrittenSpan.ToArray();
    }

    public void Dispose() => _negotiate.Dispose();
}
