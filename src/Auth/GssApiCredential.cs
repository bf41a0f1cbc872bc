using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>One side of a security context of the GSS-API (RFC 2743), the one that begins it: tokens until it is established, then an
/// integrity code. The calls may wait for the network. What they throw fails the credential; the sentence of an
/// <see cref="SshException"/> stands in the login's failure.</summary>
public interface ISecurityContext : IDisposable
{
    /// <summary>True when the context is established and <see cref="Sign"/> may be called.</summary>
    bool IsEstablished { get; }

    /// <summary>Takes the peer's token and makes the next.</summary>
    /// <param name="token">The peer's; empty at the beginning.</param>
    /// <returns>What is to be sent; null or empty where nothing is.</returns>
    byte[]? NextToken(ReadOnlySpan<byte> token);

    /// <summary>The integrity code (MIC) of a message, made with the established context.</summary>
    byte[] Sign(ReadOnlySpan<byte> message);
}

/// <summary>A mechanism of the GSS-API, for the method <c>gssapi-with-mic</c> (RFC 4462 section 3). This library has no mechanism in
/// itself: LucidSsh.Kerberos brings the one that is used.</summary>
public abstract class GssApiCredential : Credential
{
    /// <summary>A mechanism.</summary>
    /// <param name="mechanism">Its object identifier in DER, tag and length included; never SPNEGO's (RFC 4462 section 3.2).</param>
    protected GssApiCredential(ReadOnlyMemory<byte> mechanism) => Mechanism = mechanism;

    /// <summary>The mechanism's object identifier in DER.</summary>
    internal ReadOnlyMemory<byte> Mechanism { get; }

    internal override string Method => LoginMethods.GssApiWithMic;

    /// <summary>Begins a context.</summary>
    /// <param name="server">The server's name as the client was given it.</param>
    public abstract ISecurityContext Begin(string server);
}
