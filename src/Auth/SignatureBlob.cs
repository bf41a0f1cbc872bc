using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>Signatures in SSH's form (RFC 4253 section 6.6), made of what cards, vaults and certificate stores return: for an
/// <see cref="ISigner"/>.</summary>
public static class SignatureBlob
{
    /// <summary>string algorithm, string signature: for RSA (PKCS#1 v1.5, as long as the modulus) and Ed25519 (64 bytes).</summary>
    /// <param name="algorithm">What was asked for, for example <c>rsa-sha2-512</c>.</param>
    /// <param name="signature">The signature.</param>
    public static byte[] Of(string algorithm, ReadOnlySpan<byte> signature)
    {
        ArgumentException.ThrowIfNullOrEmpty(algorithm);
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        writer.Text(algorithm);
        writer.String(signature);
        return buffer.Written.ToArray();
    }

    /// <summary>The same for ECDSA, whose signature is mpint r, mpint s in a string (RFC 5656 section 3.1.2).</summary>
    /// <param name="algorithm">What was asked for, for example <c>ecdsa-sha2-nistp256</c>.</param>
    /// <param name="signature">r and s, each as long as the curve's order, one behind the other: IEEE P1363, what the base library's
    /// <c>SignData</c> returns.</param>
    /// <exception cref="ArgumentException">The two halves are not of one length.</exception>
    public static byte[] OfEcdsa(string algorithm, ReadOnlySpan<byte> signature)
    {
        if (signature.IsEmpty || signature.Length % 2 != 0)
            throw new ArgumentException($"An ECDSA signature of {signature.Length} bytes is not r and s of one length (IEEE P1363).", nameof(signature));
        WireBuffer inner = new();
        SshWriter writer = new(inner);
        writer.MpInt(signature[..(signature.Length / 2)]);
        writer.MpInt(signature[(signature.Length / 2)..]);
        return Of(algorithm, inner.Written);
    }
}
