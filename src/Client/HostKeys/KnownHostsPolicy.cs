using System.Collections.Immutable;
using LucidSsh.Crypto;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>Trusts what a known_hosts file says.</summary>
internal sealed class KnownHostsPolicy(string path, bool acceptNew) : HostKeyPolicy
{
    public override ValueTask VerifyAsync(PresentedHostKey presented, CancellationToken cancellationToken)
    {
        (string host, int port, PublicKey hostKey, _) = presented;
        KnownHostsFile file = KnownHostsFile.Read(path);
        KnownHostsLine[] about = [.. file.Lines.Where(line => line.Matches(host, port))];
        KnownHostsLine? revoked = about.FirstOrDefault(line => line.IsRevoked && line.Key.Equals(hostKey));
        if (revoked is not null)
        {
            throw Refuse(
                SshErrorCode.HostKeyRevoked,
                $"The host key {hostKey.Fingerprint} of {host}:{port} is revoked ({path}, line {revoked.Number}).",
                "Do not connect to this server before its administrator has explained the revocation.");
        }

        KnownHostsLine[] trusted = [.. about.Where(line => !line.IsRevoked)];
        if (trusted.Any(line => line.Key.Equals(hostKey)))
            return default;
        KnownHostsLine? other = trusted.FirstOrDefault(line => line.Key.Type == hostKey.Type) ?? trusted.FirstOrDefault();
        if (other is not null)
        {
            string known = $"{other.Key.Type} {other.Key.Fingerprint} ({path}, line {other.Number})";
            throw Refuse(
                SshErrorCode.HostKeyChanged,
                other.Key.Type == hostKey.Type
                    ? $"The host key of {host}:{port} has changed: it is now {hostKey.Type} {hostKey.Fingerprint}; known is {known}."
                    : $"The host {host}:{port} shows a key of another type than the known one: {hostKey.Type} {hostKey.Fingerprint}; known is {known}, which it does not offer.",
                $"If the server's key was changed on purpose, remove that line (ssh-keygen -R '{KnownHostsFile.HostName(host, port)}' -f {path}); otherwise somebody may be between the two sides.");
        }

        if (!acceptNew)
        {
            throw Refuse(
                SshErrorCode.HostKeyUnknown,
                $"The host {host}:{port} is not known: its {hostKey.Type} key {hostKey.Fingerprint} is not in {path}.",
                "Compare the fingerprint with the server's (ssh-keygen -lf on the server), then connect once with --host-key accept-new, or pin it with --host-key SHA256:….");
        }

        KnownHostsFile.Append(path, host, port, hostKey);
        return default;
    }

    public override ImmutableArray<string> Order(string host, int port, ImmutableArray<string> algorithms)
    {
        HashSet<string> known = [.. KnownHostsFile.Read(path).Lines.Where(line => !line.IsRevoked && line.Matches(host, port)).Select(line => line.Key.Type)];
        return [.. algorithms.OrderByDescending(name => known.Contains(HostKeyTable.Find(name)?.KeyType ?? name))]; // a stable sort
    }

    private static PeerRefusedException Refuse(SshErrorCode code, string sentence, string remedy) =>
        new(code, sentence, remedy) { TellPeer = DisconnectReason.HostKeyNotVerifiable };
}
