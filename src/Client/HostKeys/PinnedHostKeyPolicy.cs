using System.Collections.Immutable;
using LucidSsh.Crypto;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>Trusts one key, whichever host shows it.</summary>
internal sealed class PinnedHostKeyPolicy : HostKeyPolicy
{
    private readonly string _fingerprint;

    public PinnedHostKeyPolicy(string fingerprint)
    {
        string bare = fingerprint.StartsWith("SHA256:", StringComparison.Ordinal)
            ? "SHA256:" + fingerprint[7..].TrimEnd('=')
            : fingerprint.Replace(":", "", StringComparison.Ordinal).ToUpperInvariant();
        bool known = bare.StartsWith("SHA256:", StringComparison.Ordinal)
            ? bare.Length == 7 + 43
            : bare.Length is 32 or 40 or 64 && bare.All(char.IsAsciiHexDigit);
        if (!known)
        {
            throw new LocalMisuseException(
                SshErrorCode.Misuse,
                $"\"{fingerprint}\" is no fingerprint of a host key.",
                "Give SHA256:… as ssh-keygen -lf prints it, or 32, 40 or 64 hexadecimal digits (MD5, SHA-1, SHA-256).");
        }

        _fingerprint = bare;
    }

    public override ValueTask VerifyAsync(PresentedHostKey presented, CancellationToken cancellationToken)
    {
        PublicKey key = presented.Key;
        string shown = _fingerprint.Length switch
        {
            32 => key.FingerprintOf(HashName.Md5).ToUpperInvariant(),
            40 => key.FingerprintOf(HashName.Sha1).ToUpperInvariant(),
            64 => key.FingerprintOf(HashName.Sha256).ToUpperInvariant(),
            _ => key.Fingerprint,
        };
        return shown == _fingerprint
            ? default
            : throw HostKeyRefusals.NotPinned(presented, $"showed the host key {shown}, not the pinned {_fingerprint}");
    }
}

/// <summary>Trusts what some certificate authorities certify, and nothing else.</summary>
internal sealed class PinnedAuthorityPolicy(ImmutableArray<PublicKey> authorities, TimeProvider time) : HostKeyPolicy
{
    public override ValueTask VerifyAsync(PresentedHostKey presented, CancellationToken cancellationToken)
    {
        string wanted = $"a certificate signed by {string.Join(" or ", authorities.Select(key => $"{key.Type} {key.Fingerprint}"))}";
        if (presented.Certificate is not { } certificate)
            throw HostKeyRefusals.NotPinned(presented, $"showed the key {presented.Key.Type} {presented.Key.Fingerprint} without a certificate, not {wanted}");
        if (!authorities.Contains(certificate.SignatureKey))
            throw HostKeyRefusals.NotPinned(presented, $"showed a certificate signed by {certificate.SignatureKey.Type} {certificate.SignatureKey.Fingerprint}, not {wanted}");
        return CertificateRules.Check(certificate, new CertificateUse(CertificateKind.Host, HostNames.Normalise(presented.Host), time.GetUtcNow())) is { } refusal
            ? throw HostKeyRefusals.Certificate(presented, refusal)
            : default;
    }

    public override ImmutableArray<string> Order(string host, int port, ImmutableArray<string> algorithms) =>
        [.. algorithms.OrderByDescending(name => HostKeyTable.Find(name)?.IsCertificate ?? false)];
}
