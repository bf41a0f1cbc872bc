using System.Net;
using System.Net.Sockets;
using LucidSsh.Auth;
using LucidSsh.Connection;
using LucidSsh.Tracing;
using LucidSsh.Transport;

namespace LucidSsh.Client;

/// <summary>How a client connects, logs in, and behaves.</summary>
public sealed record SshClientOptions
{
    /// <summary>What to log in with, in the order it is tried; several are used in one login where the server wants several.</summary>
    public IReadOnlyList<Credential> Credentials { get; init; } = [];

    /// <summary>How the credentials are used.</summary>
    public LoginOptions Login { get; init; } = new();

    /// <summary>Which host keys are trusted: by default what the user's known_hosts file says, and nothing else.</summary>
    public HostKeyPolicy HostKeys { get; init; } = HostKeyPolicy.KnownHosts();

    /// <summary>The way to the server: a proxy, a jump host, a command; null connects straight.</summary>
    public Proxy? Proxy { get; init; }

    /// <summary>Which addresses of a host are tried: <see cref="AddressFamily.InterNetwork"/>, <see cref="AddressFamily.InterNetworkV6"/>, or
    /// both.</summary>
    public AddressFamily AddressFamily { get; init; } = AddressFamily.Unspecified;

    /// <summary>The address of this machine that the connection comes from; null leaves it to the system.</summary>
    public IPAddress? LocalAddress { get; init; }

    /// <summary>What is offered in the negotiation, in order of preference.</summary>
    public AlgorithmPreferences Algorithms { get; init; } = AlgorithmPreferences.Default;

    /// <summary>The agent that commands and shells on the server may use; null, the default, forwards none. Read what
    /// <see cref="Client.AgentForwarding"/> says about the risk.</summary>
    public AgentForwarding? AgentForwarding { get; init; }

    /// <summary>Where the trace goes, or null. The sink stays the caller's and may serve several clients.</summary>
    public TraceSink? Trace { get; init; }

    /// <summary>Records the connection with its secrets, for Wireshark; null, or a capture for this one connection, which stays the
    /// caller's.</summary>
    public PacketCapture? Capture { get; init; }

    /// <summary>The time for name resolution and TCP, and for what a proxy has to be told. A jump host is a connection of its own, with
    /// the times of its own options.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The time for identification, key exchange and the host key's verification.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The time for the whole login, people who type answers included.</summary>
    public TimeSpan LoginTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The time the server may take to answer a request: to open a channel, to start a command.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long nothing may arrive before the server is asked for a sign of life; zero never asks. A command may be silent
    /// for ever.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many unanswered questions end the connection.</summary>
    public int KeepAliveCount { get; init; } = 4;

    /// <summary>When this side starts exchanging new keys.</summary>
    public RekeyLimits Rekey { get; init; } = RekeyLimits.Default;

    /// <summary>The smallest RSA host key accepted, in bits.</summary>
    public int MinimumRsaBits { get; init; } = 2048;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal ConnectionOptions ToConnectionOptions() => new()
    {
        KeepAliveInterval = KeepAliveInterval,
        KeepAliveCount = KeepAliveCount,
    };
}
