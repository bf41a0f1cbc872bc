using System.Collections.Immutable;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>Decides whether a server's host key is the right host's. It runs before anything secret leaves, and what it does not
/// accept ends the connection.</summary>
public abstract class HostKeyPolicy
{
    /// <summary>The host must be in a known_hosts file (strict: an unknown host is refused).</summary>
    /// <param name="path">The file, and no other; by default the user's and the system's (<see cref="KnownHostsOptions"/>).</param>
    public static HostKeyPolicy KnownHosts(string? path = null) => KnownHosts(Options(path));

    /// <summary>The host must be in a known_hosts file (strict: an unknown host is refused).</summary>
    /// <param name="options">Which files, and how they are used.</param>
    public static HostKeyPolicy KnownHosts(KnownHostsOptions options) => new KnownHostsPolicy(options, unknown: null);

    /// <summary>As <see cref="KnownHosts(string?)"/>, but a host that is not known yet is added to the file. A changed key is refused.</summary>
    /// <param name="path">The file, and no other; by default the user's and the system's (<see cref="KnownHostsOptions"/>).</param>
    public static HostKeyPolicy AcceptNew(string? path = null) => AcceptNew(Options(path));

    /// <summary>As <see cref="KnownHosts(KnownHostsOptions)"/>, but a host that is not known yet is added to the first of the user's files. A
    /// changed key is refused.</summary>
    /// <param name="options">Which files, and how they are used.</param>
    public static HostKeyPolicy AcceptNew(KnownHostsOptions options) => new KnownHostsPolicy(options, (_, _) => new(HostKeyAnswer.AcceptAndRemember));

    /// <summary>As <see cref="KnownHosts(KnownHostsOptions)"/>, but about a host that is not known yet somebody is asked. A changed or revoked
    /// key is refused without a question.</summary>
    /// <param name="asker">Decides.</param>
    /// <param name="options">Which files, and how they are used; by default the user's and the system's.</param>
    public static HostKeyPolicy Ask(HostKeyAsker asker, KnownHostsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(asker);
        return new KnownHostsPolicy(options ?? new KnownHostsOptions(), asker);
    }

    /// <summary>The host key must have this fingerprint, whatever the host.</summary>
    /// <param name="fingerprint"><c>SHA256:</c> and 43 base64 characters, as ssh-keygen -l prints it; or the hexadecimal digits of an
    /// MD5 (32), SHA-1 (40) or SHA-256 (64) hash of the key's blob.</param>
    /// <exception cref="LocalMisuseException">The fingerprint has none of these forms.</exception>
    public static HostKeyPolicy Pinned(string fingerprint) => new PinnedHostKeyPolicy(fingerprint);

    /// <summary>The host must show a certificate that is good for it now, and that one of these authorities signed.</summary>
    /// <param name="authorities">The authorities' keys.</param>
    public static HostKeyPolicy PinnedAuthority(params ImmutableArray<PublicKey> authorities) => new PinnedAuthorityPolicy(authorities, TimeProvider.System);

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

    /// <summary>The files that a server's other host keys are learnt into after the login, or null.</summary>
    internal virtual KnownHostsOptions? Learns => null;

    private static KnownHostsOptions Options(string? path) => path is null ? new KnownHostsOptions() : KnownHostsOptions.Only(path);
}

internal sealed class AcceptAnyHostKeyPolicy : HostKeyPolicy
{
    public override ValueTask VerifyAsync(PresentedHostKey presented, CancellationToken cancellationToken) => default;
}
