using System.Collections.Immutable;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>Decides whether a server's host key is the right host's. It runs before anything secret leaves, and what it does not
/// accept ends the connection.</summary>
public abstract class HostKeyPolicy
{
    /// <summary>The host must be in a known_hosts file (strict: an unknown host is refused).</summary>
    /// <param name="path">The file; by default <c>.ssh/known_hosts</c> in the user's home directory.</param>
    public static HostKeyPolicy KnownHosts(string? path = null) => new KnownHostsPolicy(path ?? KnownHostsFile.DefaultPath, acceptNew: false);

    /// <summary>As <see cref="KnownHosts"/>, but a host that is not known yet is added to the file. A changed key is refused.</summary>
    /// <param name="path">The file; by default <c>.ssh/known_hosts</c> in the user's home directory.</param>
    public static HostKeyPolicy AcceptNew(string? path = null) => new KnownHostsPolicy(path ?? KnownHostsFile.DefaultPath, acceptNew: true);

    /// <summary>The host key must have this fingerprint, whatever the host.</summary>
    /// <param name="fingerprint"><c>SHA256:</c> and 43 base64 characters, as ssh-keygen -l prints it; or the hexadecimal digits of an
    /// MD5 (32), SHA-1 (40) or SHA-256 (64) hash of the key's blob.</param>
    /// <exception cref="LocalMisuseException">The fingerprint has none of these forms.</exception>
    public static HostKeyPolicy Pinned(string fingerprint) => new PinnedHostKeyPolicy(fingerprint);

    /// <summary>Accepts every host key, and with it everybody who sits between the two sides. For tests on one machine.</summary>
    public static HostKeyPolicy InsecureAcceptAny() => new AcceptAnyHostKeyPolicy();

    /// <summary>Returns when a host key is to be trusted for the host.</summary>
    /// <param name="presented">The host, its key, and the certificate it was shown in.</param>
    /// <param name="cancellationToken">The connection attempt ends.</param>
    /// <exception cref="SshException">It is not to be trusted; says why and what to do.</exception>
    public abstract ValueTask VerifyAsync(PresentedHostKey presented, CancellationToken cancellationToken);

    /// <summary>The host key algorithms in the order they are asked for: those of keys known for the host come first, so that a
    /// server with several keys shows one that can be checked.</summary>
    /// <param name="host">The host's name as the user gave it.</param>
    /// <param name="port">The TCP port.</param>
    /// <param name="algorithms">The order without that knowledge.</param>
    public virtual ImmutableArray<string> Order(string host, int port, ImmutableArray<string> algorithms) => algorithms;
}

internal sealed class AcceptAnyHostKeyPolicy : HostKeyPolicy
{
    public override ValueTask VerifyAsync(PresentedHostKey presented, CancellationToken cancellationToken) => default;
}

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
        PublicKey hostKey = presented.Key;
        string shown = _fingerprint.Length switch
        {
            32 => hostKey.FingerprintOf(HashName.Md5),
            40 => hostKey.FingerprintOf(HashName.Sha1),
            64 => hostKey.FingerprintOf(HashName.Sha256),
            _ => hostKey.Fingerprint,
        };
        if (string.Equals(shown.Replace(":", "", StringComparison.Ordinal), _fingerprint.Replace(":", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase))
            return default;
        throw new PeerRefusedException(
            SshErrorCode.HostKeyChanged,
            $"{presented.Host}:{presented.Port} showed the host key {shown}, not the pinned {_fingerprint}.",
            "If the server's key was changed on purpose, pin the new fingerprint; otherwise somebody may be between the two sides.")
        {
            TellPeer = DisconnectReason.HostKeyNotVerifiable,
        };
    }
}
