using System.Collections.Immutable;
using LucidSsh.Crypto;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Harness;

/// <summary>Two transports without keys or sockets: what one sends is delivered to the other's receiver before Send returns. For
/// tests of the layers above; everything is kept in a transcript, and messages can be changed on their way.</summary>
internal sealed class LinkedTransports
{
    public LinkedTransports(TimeProvider? time = null, params ImmutableArray<TraceSink> sinks)
    {
        Client = new LinkedTransport(this, TransportRole.Client, time ?? TimeProvider.System, sinks);
        Server = new LinkedTransport(this, TransportRole.Server, time ?? TimeProvider.System, sinks);
        Client.Peer = Server;
        Server.Peer = Client;
    }

    public LinkedTransport Client { get; }

    public LinkedTransport Server { get; }

    /// <summary>Every payload sent, in order, with the side that sent it.</summary>
    public List<(TransportRole From, byte[] Payload)> Transcript { get; } = [];

    /// <summary>The numbers sent, for example "C50 S51".</summary>
    public string Numbers
    {
        get
        {
            lock (Transcript)
                return string.Join(' ', Transcript.Select(m => $"{(m.From == TransportRole.Client ? 'C' : 'S')}{m.Payload[0]}"));
        }
    }
}

/// <summary>One end of the link.</summary>
internal sealed class LinkedTransport : ITransport
{
    private readonly LinkedTransports _link;
    private SshException? _closed;

    public LinkedTransport(LinkedTransports link, TransportRole role, TimeProvider time, ImmutableArray<TraceSink> sinks)
    {
        _link = link;
        Role = role;
        Time = time;
        Tracer = new Tracer(time, sinks);
    }

    public LinkedTransport Peer { get; set; } = null!;

    public TransportRole Role { get; }

    public ReadOnlyMemory<byte> SessionId { get; set; } = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();

    public ReadOnlyMemory<byte> HostKey { get; set; } = "the host key"u8.ToArray();

    public ReadOnlyMemory<byte> HostKeySignature { get; set; }

    public NegotiationReport Negotiation { get; set; } =
        new() { ClientVersion = "SSH-2.0-TestClient", ServerVersion = "SSH-2.0-TestServer" };

    public LoginReport? Login { get; set; }

    public ImmutableDictionary<string, string> PeerExtensions { get; set; } = ImmutableDictionary<string, string>.Empty;

    public IRandomSource Random { get; } = new CountingRandom();

    public TimeProvider Time { get; }

    public Tracer Tracer { get; }

    /// <summary>Takes what the peer sends.</summary>
    public IMessageReceiver? Receiver { get; set; }

    /// <summary>Changes what this end sends on its way; null drops it.</summary>
    public Func<byte[], byte[]?>? OnSend { get; set; }

    public bool IsLoginComplete { get; private set; }

    /// <summary>Why this end closed; null while it is open.</summary>
    public SshException? Closed => _closed;

    public void Send<TMessage>(scoped in TMessage message)
        where TMessage : IMessage<TMessage>, allows ref struct
    {
        if (_closed is not null)
            throw _closed;
        SendPayload(Message.ToArray(message));
    }

    /// <summary>Sends bytes as they are.</summary>
    public void SendPayload(byte[] payload)
    {
        if (OnSend is not null)
            payload = OnSend(payload) ?? [];
        if (payload.Length == 0)
            return;
        lock (_link.Transcript)
            _link.Transcript.Add((Role, payload.ToArray()));
        try
        {
            Peer.Receiver?.Receive((MessageNumber)payload[0], payload);
        }
        catch (SshException exception)
        {
            Peer.Close(exception);
        }
    }

    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public void LoginCompleted() => IsLoginComplete = true;

    public void Close(SshException reason)
    {
        if (_closed is not null)
            return;
        _closed = reason;
        Receiver?.TransportClosed(reason);
        Peer.Close(reason.TellPeer is { } told
            ? new PeerRefusedException(SshErrorCode.PeerDisconnected, $"The peer disconnected: {told}.")
            : new TransportLostException(SshErrorCode.ConnectionLost, "The connection was lost."));
    }

    private sealed class CountingRandom : IRandomSource
    {
        private byte _next;

        public void Fill(Span<byte> destination)
        {
            foreach (ref byte b in destination)
                b = ++_next;
        }
    }
}
