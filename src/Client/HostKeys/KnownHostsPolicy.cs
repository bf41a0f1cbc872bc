using System.Collections.Immutable;
using LucidSsh.Crypto;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>Trusts what a known_hosts file says.</summary>
internal sealed class KnownHostsPolicy(string path, bool acceptNew) : HostKeyPolicy
{
    public override async ValueTask VerifyAsync(PresentedHostKey presented, CancellationToken cancellationToken)
    {
        (string host, int port, PublicKey hostKey, _) = presented;
        KnownHostsFile file = KnownHostsFile.Read(path);
        ImmutableArray<KnownHostsEntry> about = file.Find(host, port);
        KnownHostsEntry? revoked = about.FirstOrDefault(line => line.Marker == KnownHostsMarker.Revoked && line.Holds(hostKey));
        if (revoked is not null)
        {
            throw Refuse(
                SshErrorCode.HostKeyRevoked,
                $"The host key {hostKey.Fingerprint} of {host}:{port} is revoked ({path}, line {revoked.Line}).",
                "Do not connect to this server before its administrator has explained the revocation.");
        }

        KnownHostsEntry[] trusted = [.. about.Where(line => line.Marker == KnownHostsMarker.None)];
        if (trusted.Any(line => line.Holds(hostKey)))
            return;
        KnownHostsEntry? other = trusted.FirstOrDefault(line => line.KeyType == hostKey.Type) ?? trusted.FirstOrDefault();
        if (other is not null)
        {
            string known = $"{other.KeyType} {other.Fingerprint} ({other})";
            throw Refuse(
                SshErrorCode.HostKeyChanged,
                other.KeyType == hostKey.Type
                    ? $"The host key of {host}:{port} has changed: it is now {hostKey.Type} {hostKey.Fingerprint}; known is {known}."
                    : $"The host {host}:{port} shows a key of another type than the known one: {hostKey.Type} {hostKey.Fingerprint}; known is {known}, which it does not offer.",
                $"If the server's key was changed on purpose, remove that line (ssh-keygen -R '{HostNames.NameOf(host, port)}' -f {path}); otherwise somebody may be between the two sides.");
        }

        if (!acceptNew)
        {
            throw Refuse(
                SshErrorCode.HostKeyUnknown,
                $"The host {host}:{port} is not known: its {hostKey.Type} key {hostKey.Fingerprint} is not in {path}.",
                "Compare the fingerprint with the server's (ssh-keygen -lf on the server), then connect once with --host-key accept-new, or pin it with --host-key SHA256:….");
        }

        await KnownHostsFile.AddAsync(path, host, port, hostKey, hashed: false, cancellationToken).ConfigureAwait(false);
    }

    public override ImmutableArray<string> Order(string host, int port, ImmutableArray<string> algorithms)
    {
        HashSet<string> known = [.. KnownHostsFile.Read(path).Find(host, port).Where(line => line.Marker == KnownHostsMarker.None).Select(line => line.KeyType)];
        return [.. algorithms.OrderByDescending(name => known.Contains(HostKeyTable.Find(name)?.KeyType ?? name))]; // a stable sort
    }

    private static PeerRefusedException Refuse(SshErrorCode code, string sentence, string remedy) =>
        new(code, sentence, remedy) { TellPeer = DisconnectReason.HostKeyNotVerifiable };
}
