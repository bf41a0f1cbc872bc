using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Transport;

/// <summary>What a server proved itself with: a plain key, or a certificate and the key it certifies.</summary>
/// <param name="Key">The key that signs, plain.</param>
/// <param name="Certificate">The certificate it was shown in, or null. Its authority's signature is verified; whether the authority is
/// trusted, and the certificate good for this host now, is not decided.</param>
internal sealed record ServerHostKey(PublicKey Key, Certificate? Certificate = null)
{
    /// <summary>What travels as K_S (RFC 4253 section 8): the certificate where there is one, else the key.</summary>
    public ReadOnlyMemory<byte> Blob => Certificate?.Blob ?? Key.Blob;

    /// <summary>The type the blob names.</summary>
    public string Type => Certificate?.Type ?? Key.Type;

    /// <summary>Reads what a server shows under an algorithm that was agreed on.</summary>
    /// <exception cref="SshException">It is malformed, not supported, or not of the algorithm's type.</exception>
    public static ServerHostKey Parse(ReadOnlySpan<byte> blob, HostKeyAlgorithm algorithm)
    {
        SshReader ahead = new(blob);
        string type = ahead.Name("host key type");
        if (ahead.Fault is null && type != algorithm.KeyType)
        {
            throw new PeerMisbehavedException(
                SshErrorCode.KeyExchangeFailed, $"The server agreed on {algorithm.Name} and showed a host key of type {type}.",
                tellPeer: DisconnectReason.KeyExchangeFailed);
        }

        if (!algorithm.IsCertificate)
            return new ServerHostKey(PublicKey.Parse(blob));
        Certificate certificate = Certificate.Parse(blob);
        return new ServerHostKey(certificate.Key, certificate);
    }

    /// <summary>What this server shows under an algorithm: the private key that signs, and how it appears. Null where it has none.</summary>
    public static (PrivateKey Signer, ServerHostKey Shown)? Find(TransportOptions options, HostKeyAlgorithm algorithm)
    {
        if (!algorithm.IsCertificate)
            return options.HostKeys.FirstOrDefault(key => key.PublicKey.Type == algorithm.KeyType) is { } plain ? (plain, new ServerHostKey(plain.PublicKey)) : null;
        foreach (Certificate certificate in options.HostCertificates.Where(certificate => certificate.Type == algorithm.KeyType))
        {
            if (options.HostKeys.FirstOrDefault(key => key.PublicKey.Equals(certificate.Key)) is { } certified)
                return (certified, new ServerHostKey(certificate.Key, certificate));
        }

        return null;
    }
}
