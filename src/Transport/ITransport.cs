using System.Collections.Immutable;
using LucidSsh.Crypto;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Transport;

/// <summary>Which side of the conversation this is.</summary>
internal enum TransportRole
{
    Client,
    Server,
}

/// <summary>What the services above, login and channels, see of the transport: a secure, ordered stream of messages.</summary>
internal interface ITransport
{
    /// <summary>Which side this is.</summary>
    TransportRole Role { get; }

    /// <summary>The exchange hash of the first key exchange: the session identifier (RFC 4253 section 7.2).</summary>
    ReadOnlyMemory<byte> SessionId { get; }

    /// <summary>The blob of the server's host key, or of its certificate, as the first key exchange showed it: verified in the client, in use
    /// in the server.</summary>
    ReadOnlyMemory<byte> HostKey { get; }

    /// <summary>The host key's signature of the session identifier, by which the client proves to an agent whom it talks to; empty in the
    /// server.</summary>
    ReadOnlyMemory<byte> HostKeySignature { get; }

    /// <summary>How the two sides agreed.</summary>
    NegotiationReport Negotiation { get; }

    /// <summary>How the login goes, for the report: the login keeps it up to date.</summary>
    LoginReport? Login { get; set; }

    /// <summary>The peer's EXT_INFO (RFC 8308), name to value; empty until it came.</summary>
    ImmutableDictionary<string, string> PeerExtensions { get; }

    /// <summary>Every random byte of this connection.</summary>
    IRandomSource Random { get; }

    /// <summary>This connection's clock.</summary>
    TimeProvider Time { get; }

    /// <summary>This connection's trace.</summary>
    Tracer Tracer { get; }

    /// <summary>Queues a message for sending, in order, and returns at once; while keys are exchanged it is held back. What
    /// queues without bound is the caller's error: bulk data waits for <see cref="WaitForRoomAsync"/> first.</summary>
    /// <exception cref="SshException">The connection has ended; its reason.</exception>
    void Send<TMessage>(scoped in TMessage message)
        where TMessage : IMessage<TMessage>, allows ref struct;

    /// <summary>Completes when the outgoing queue has room for bulk data and no key exchange is under way.</summary>
    /// <exception cref="SshException">The connection has ended; its reason.</exception>
    ValueTask WaitForRoomAsync(CancellationToken cancellationToken);

    /// <summary>From now on the connection protocol may be spoken: login is complete. The server calls it right before it
    /// sends USERAUTH_SUCCESS, whose answer may come before the sending returns; in the client the transport does it by itself when it receives that message.</summary>
    void LoginCompleted();

    /// <summary>Ends the connection: sends DISCONNECT where <paramref name="reason"/> has something to tell the peer, and gives
    /// everybody who waits, or will, <paramref name="reason"/>. Only the first call counts.</summary>
    void Close(SshException reason);
}

/// <summary>A layer that owns some message numbers.</summary>
internal interface IMessageReceiver
{
    /// <summary>Takes one payload, on the read loop: it must not wait. The span is valid during the call alone.</summary>
    /// <exception cref="SshException">The connection cannot go on.</exception>
    void Receive(MessageNumber number, ReadOnlySpan<byte> payload);

    /// <summary>The connection has ended; called once.</summary>
    void TransportClosed(SshException reason);
}
