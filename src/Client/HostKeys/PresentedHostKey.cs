using LucidSsh.Crypto;
using LucidSsh.Tracing;

namespace LucidSsh.Client;

/// <summary>A host key, as a server presented it to be verified.</summary>
/// <param name="Host">The host's name as the user gave it.</param>
/// <param name="Port">The TCP port.</param>
/// <param name="Key">The key, plain; the server has proved that it holds the private half.</param>
/// <param name="Certificate">The certificate that certifies it, or null. The signature of its authority is verified; whether that authority
/// is trusted, and what <see cref="CertificateRules"/> say for this host and now, is for the policy. A policy that does not know the authority
/// treats the key as if it had been shown plain.</param>
public sealed record PresentedHostKey(string Host, int Port, PublicKey Key, Certificate? Certificate = null)
{
    /// <summary>The connection's trace, for why the key was trusted.</summary>
    internal Tracer? Tracer { get; init; }
}
