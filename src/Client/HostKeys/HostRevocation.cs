using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>Refuses what is revoked: by <c>@revoked</c> lines and by a revocation list, the key itself and whoever certified it. What cannot be
/// read revokes whatever it may be about.</summary>
internal static class HostRevocation
{
    /// <summary>Returns where nothing forbids the key.</summary>
    /// <exception cref="SshException">It is revoked, or nobody can say that it is not.</exception>
    public static void Check(PresentedHostKey presented, HostTrust trust, KnownHostsOptions options)
    {
        foreach (KnownHostsEntry entry in trust.Revoked)
        {
            if (Forbids(entry, presented) is { } what)
                throw HostKeyRefusals.Revoked(what, entry.ToString());
        }

        if (options.RevokedHostKeys is { } path)
        {
            RevocationList list = RevocationList.Read(path);
            if (list.IsRevoked(presented.Key))
                throw HostKeyRefusals.Revoked(HostKeyRefusals.KeyOf(presented), list.Source);
            if (presented.Certificate is { } certificate && list.Find(certificate) is not null)
                throw HostKeyRefusals.Revoked(list.IsRevoked(certificate.SignatureKey) ? HostKeyRefusals.AuthorityOf(presented) : HostKeyRefusals.CertificateOf(presented), list.Source);
        }

        if (trust.MayRevoke is { } fault)
            throw HostKeyRefusals.MayBeRevoked(presented, fault);
    }

    // A line may hold a certificate too: it stands for the key in it.
    private static string? Forbids(KnownHostsEntry entry, PresentedHostKey presented)
    {
        if (entry.Holds(presented.Key) || (entry.Certificate is { } certificate && certificate.Key.Equals(presented.Key)))
            return HostKeyRefusals.KeyOf(presented);
        return presented.Certificate is { } shown && entry.Holds(shown.SignatureKey) ? HostKeyRefusals.AuthorityOf(presented) : null;
    }
}
