using System.Collections.Immutable;
using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>What one side brings to a transport.</summary>
internal sealed record TransportOptions
{
    /// <summary>What is offered, in order of preference.</summary>
    public AlgorithmPreferences Algorithms { get; init; } = AlgorithmPreferences.Default;

    /// <summary>When this side starts exchanging new keys.</summary>
    public RekeyLimits Rekey { get; init; } = RekeyLimits.Default;

    /// <summary>The server's host keys; empty in a client.</summary>
    public ImmutableArray<PrivateKey> HostKeys { get; init; } = [];

    /// <summary>The server's host certificates, each for one of <see cref="HostKeys"/>; empty in a client.</summary>
    public ImmutableArray<Certificate> HostCertificates { get; init; } = [];

    /// <summary>What a server says it accepts of users' keys: the value of server-sig-algs (RFC 8308 section 3.1).</summary>
    public ImmutableArray<string> UserKeyAlgorithms { get; init; } = [.. HostKeyTable.UserKeyAlgorithms];

    /// <summary>Whether a server says that it knows RFC 9987's names for agent forwarding.</summary>
    public bool ForwardsAgents { get; init; }

    /// <summary>The smallest RSA host key a client accepts, in bits.</summary>
    public int MinimumRsaBits { get; init; } = 2048;

    /// <summary>Sees the wire and the secrets; null where no capture was asked for.</summary>
    public IWireTap? Tap { get; init; }

    /// <summary>The time from the first byte to the end of the first key exchange, the host key's verification included.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What the network took to connect, for the report; zero where it was there already.</summary>
    public TimeSpan ConnectTime { get; init; }
}
