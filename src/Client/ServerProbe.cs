using System.Collections.Immutable;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>What a server shows to somebody who does not log in.</summary>
public sealed record ProbeResult
{
    /// <summary>How the two sides agreed, or how far they came.</summary>
    public required NegotiationReport? Negotiation { get; init; }

    /// <summary>The host key shown; null where the key exchange failed.</summary>
    public PublicKey? HostKey { get; init; }

    /// <summary>The login methods offered to the user asked about; empty where the server did not say.</summary>
    public IReadOnlyList<string> LoginMethods { get; init; } = [];

    /// <summary>The server's text before login; empty where there is none.</summary>
    public string Banner { get; init; } = "";

    /// <summary>The server's extensions (RFC 8308), name to value.</summary>
    public IReadOnlyDictionary<string, string> Extensions { get; init; } = new Dictionary<string, string>();

    /// <summary>Why the probe ended early; null where it did not.</summary>
    public SshException? Failure { get; init; }

    /// <summary>Time until TCP was connected.</summary>
    public TimeSpan ConnectTime { get; init; }

    /// <summary>Time from there to the end of the key exchange.</summary>
    public TimeSpan HandshakeTime { get; init; }

    /// <summary>Time from there to the server's list of login methods.</summary>
    public TimeSpan LoginMethodsTime { get; init; }
}

/// <summary>Studies a server without logging in: one connection, one question, goodbye.</summary>
public static class ServerProbe
{
    /// <summary>Probes a server. A server that cannot be spoken with is a result, not an exception.</summary>
    /// <param name="target">The server, and the user whose login methods are asked for.</param>
    /// <param name="options">Algorithms, timeouts, trace; credentials and the host key policy are not used: nothing secret is sent.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ProbeResult> RunAsync(SshTarget target, SshClientOptions options, CancellationToken cancellationToken = default)
    {
        options = options with { HostKeys = HostKeyPolicy.InsecureAcceptAny() };
        ProbeResult result = new() { Negotiation = null };
        try
        {
            long start = options.Time.GetTimestamp();
            using Transport.SocketPipe pipe = await SocketConnector.ConnectAsync(target.Host, target.Port, options.ConnectTimeout, options.Time, cancellationToken).ConfigureAwait(false);
            result = result with { ConnectTime = options.Time.GetElapsedTime(start) };
            start = options.Time.GetTimestamp();
            ClientHandshake handshake = await ClientHandshake.RunAsync(pipe, target, options, cancellationToken).ConfigureAwait(false);
            await using (handshake.ConfigureAwait(false))
            {
                result = result with
                {
                    HandshakeTime = options.Time.GetElapsedTime(start),
                    Negotiation = handshake.Transport.Negotiation,
                    HostKey = PublicKey.Parse(handshake.Transport.HostKey.Span),
                };
                start = options.Time.GetTimestamp();
                result = result with { Extensions = handshake.Transport.PeerExtensions };
                ImmutableArray<string> methods = await handshake.Login.LearnMethodsAsync(target.User ?? Environment.UserName, cancellationToken).ConfigureAwait(false);
                return result with
                {
                    LoginMethodsTime = options.Time.GetElapsedTime(start),
                    LoginMethods = methods,
                    Banner = handshake.Login.Banner,
                    Extensions = handshake.Transport.PeerExtensions,
                };
            }
        }
        catch (SshException exception)
        {
            return result with { Failure = exception, Negotiation = exception.Negotiation ?? result.Negotiation };
        }
    }
}
