using LucidSsh.Crypto;

namespace LucidSsh.Auth;

/// <summary>What a client offers in a publickey or hostbased request: a key that can be used, plain or certified.</summary>
/// <param name="Key">The key that signs, plain.</param>
/// <param name="Certificate">The certificate it was offered in; null for the key itself.</param>
/// <param name="Algorithm">The signature algorithm, plain: in a certificate's request it is not the one the request names.</param>
internal sealed record OfferedKey(PublicKey Key, Certificate? Certificate, string Algorithm)
{
    /// <summary>What the request carries.</summary>
    public ReadOnlyMemory<byte> Blob => Certificate?.Blob ?? Key.Blob;

    /// <summary>Reads what a request carries under the algorithm it names; null where that is no key or certificate that can be used, of that
    /// algorithm: it is then refused like one that is not known, because clients offer all they have.</summary>
    /// <param name="algorithm">The public key algorithm name of the request; matched exactly.</param>
    /// <param name="blob">The key or certificate.</param>
    /// <param name="options">The signature algorithms and RSA keys that are accepted.</param>
    public static OfferedKey? Read(string algorithm, ReadOnlySpan<byte> blob, ServerLoginOptions options)
    {
        OfferedKey? offered = CertificateAlgorithm.Find(algorithm) is { } row ? ReadCertificate(row, blob) : ReadKey(algorithm, blob);
        return offered is not null
            && options.SignatureAlgorithms.Contains(offered.Algorithm)
            && (offered.Key.Type != KeyTypes.Rsa || offered.Key.Bits >= options.MinimumRsaBits)
            ? offered
            : null;
    }

    private static OfferedKey? ReadCertificate(CertificateAlgorithm row, ReadOnlySpan<byte> blob) =>
        Certificate.TryParse(blob, out Certificate? certificate, out _) && certificate.Type == row.CertificateType
            ? new OfferedKey(certificate.Key, certificate, row.SignatureAlgorithm)
            : null;

    private static OfferedKey? ReadKey(string algorithm, ReadOnlySpan<byte> blob) =>
        PublicKey.TryParse(blob, out PublicKey? key, out _) && key.SignatureAlgorithms.Contains(algorithm)
            ? new OfferedKey(key, null, algorithm)
            : null;
}
