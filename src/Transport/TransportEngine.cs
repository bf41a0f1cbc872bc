using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using LucidSsh.Crypto;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Transport;

/// <summary>SSH's transport as a machine: bytes in, messages to their owners, sealed bytes out. It knows no socket, no task and no
/// wall clock; what drives it is <see cref="SshTransport"/>, or a test. The incoming half belongs to one caller, the outgoing half
/// (<see cref="Outbound"/>) to any thread.</summary>
internal sealed class TransportEngine : IDisposable
{
    private const int ExtensionMessages = 2;

    private readonly TransportRole _role;
    private readonly TransportOptions _options;
    private readonly Tracer _tracer;
    private readonly InboundPackets _inbound;
    private readonly KeyExchange _keyExchange;
    private readonly IdentificationReader _identification;
    private readonly IMessageReceiver _login;
    private readonly IMessageReceiver _connection;
    private readonly HandshakeRecorder _recorder;
    private readonly string _ownLine = IdentificationLine.Own;
    private volatile bool _loginComplete;
    private int _extensionMessages;

    /// <summary>A machine before its first byte.</summary>
    /// <param name="role">Which side it is.</param>
    /// <param name="options">What it brings.</param>
    /// <param name="login">Takes the messages 5, 6 and 50 to 79.</param>
    /// <param name="connection">Takes the messages 80 to 127.</param>
    /// <param name="random">Every random byte.</param>
    /// <param name="tracer">Its trace.</param>
    /// <param name="wake">Called when there is something to send; it must not wait.</param>
    public TransportEngine(
        TransportRole role,
        TransportOptions options,
        IMessageReceiver login,
        IMessageReceiver connection,
        IRandomSource random,
        Tracer tracer,
        Action wake)
    {
        (_role, _options, _tracer, _login, _connection) = (role, options, tracer, login, connection);
        _identification = new IdentificationReader(role);
        _recorder = new HandshakeRecorder(tracer.Time, options.ConnectTime);
        _inbound = new InboundPackets(options.Tap);
        Outbound = new OutboundPackets(random, tracer, options.Rekey)
        {
            Tap = options.Tap,
            MakeKexInit = () => _keyExchange!.MakeKexInit(),
            Holding = holding => KeyExchangeHolds?.Invoke(holding),
            Recorder = _recorder,
            Wake = wake,
        };
        _keyExchange = new KeyExchange(role, options, _inbound, random, tracer) { Outbound = Outbound };
    }

    /// <summary>The outgoing half.</summary>
    public OutboundPackets Outbound { get; }

    /// <summary>How the two sides agreed so far.</summary>
    public NegotiationReport Report => _recorder.AddTo(_keyExchange.Report) with { LinesBeforeIdentification = _identification.LinesBefore };

    /// <summary>The DISCONNECT message the peer ended the connection with; null where there was none.</summary>
    public Disconnect? PeerDisconnect { get; private set; }

    /// <summary>The first exchange hash; empty before it is known.</summary>
    public ReadOnlyMemory<byte> SessionId => _keyExchange.SessionId;

    /// <summary>The server's host key; null before it is known.</summary>
    public ServerHostKey? HostKey => _keyExchange.HostKey;

    /// <summary>In the client, the host key's signature of the session identifier.</summary>
    public ReadOnlyMemory<byte> HostKeySignature => _keyExchange.HostKeySignature;

    /// <summary>True when the first key exchange is complete in both directions.</summary>
    public bool IsEstablished => _keyExchange.FirstIsComplete;

    /// <summary>The host key that must be accepted before anything else is read; null when there is none.</summary>
    public ServerHostKey? UndecidedHostKey => _keyExchange.UndecidedHostKey;

    /// <summary>The peer's EXT_INFO.</summary>
    public ImmutableDictionary<string, string> PeerExtensions { get; private set; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Called on the read loop for every PONG, with its data.</summary>
    public Action<byte[]>? PongReceived { get; set; }

    /// <summary>Called with true when a key exchange begins to hold messages back, with false when it has ended; on any thread, and it
    /// must not wait.</summary>
    public Action<bool>? KeyExchangeHolds { get; set; }

    /// <summary>True when the peer's identification line has come.</summary>
    public bool IdentificationReceived => _identification.Line is not null;

    /// <summary>What came instead of, or before, the identification line: at most a few hundred bytes.</summary>
    public ReadOnlySpan<byte> FirstBytes => _identification.FirstBytes;

    /// <summary>Queues our identification line.</summary>
    public void Start()
    {
        Outbound.SendRaw(Encoding.ASCII.GetBytes(_ownLine + "\r\n"));
        _tracer.Emit(new IdentificationSent(_ownLine));
        _keyExchange.Report = _role == TransportRole.Client
            ? new NegotiationReport { ClientVersion = _ownLine }
            : new NegotiationReport { ServerVersion = _ownLine };
    }

    /// <summary>Takes what has arrived.</summary>
    /// <returns>Up to where it was used; the rest has to be shown again with more behind it, or after the host key is decided.</returns>
    /// <exception cref="SshException">The connection cannot go on.</exception>
    public SequencePosition Receive(ReadOnlySequence<byte> input)
    {
        if (!IdentificationReceived)
        {
            if (!_identification.TryRead(ref input))
                return input.Start;
            OnIdentification(_identification.Line!);
        }

        while (UndecidedHostKey is null && _inbound.TryRead(ref input, out ReadOnlySpan<byte> payload))
        {
            OnPayload(payload);
            if (_loginComplete && !_keyExchange.PeerIsExchanging && _options.Rekey.Reached(_inbound.BytesUnderKeys, _inbound.PacketsUnderKeys))
                Outbound.StartKeyExchange(_options.Rekey.Describe(_inbound.BytesUnderKeys, _inbound.PacketsUnderKeys, "received"));
        }

        return input.Start;
    }

    /// <summary>The undecided host key is the right one.</summary>
    public void AcceptHostKey()
    {
        _recorder.Enter(HandshakePhase.NewKeys);
        _keyExchange.AcceptHostKey();
    }

    /// <summary>Login is complete: the connection protocol may be spoken, and keys may be exchanged anew.</summary>
    public void LoginCompleted()
    {
        _loginComplete = true;
        _recorder.Finish();
        Outbound.AllowRekeying();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _keyExchange.Dispose();
        _inbound.Dispose();
        Outbound.Dispose();
        _options.Tap?.Ended();
    }

    private Phase Phase =>
        !_keyExchange.FirstIsComplete ? (_keyExchange.IsStrict ? Phase.StrictFirstKeyExchange : Phase.FirstKeyExchange)
        : _keyExchange.PeerIsExchanging ? Phase.Rekeying
        : _loginComplete ? Phase.Open
        : Phase.Login;

    private void OnIdentification(string line)
    {
        _options.Tap?.Wire(sent: false, Encoding.Latin1.GetBytes(line + "\r\n"));
        _tracer.Emit(new IdentificationReceived(line));
        _recorder.Enter(HandshakePhase.Negotiation);
        bool client = _role == TransportRole.Client;
        _keyExchange.Lines = client ? new(_ownLine, line) : new(line, _ownLine);
        _keyExchange.Report = _keyExchange.Report with
        {
            ClientVersion = _keyExchange.Lines.Client,
            ServerVersion = _keyExchange.Lines.Server,
        };
        Outbound.StartKeyExchange("the connection begins");
    }

    private void OnPayload(ReadOnlySpan<byte> payload)
    {
        MessageNumber number = payload.IsEmpty ? MessageNumber.None : (MessageNumber)payload[0];
        uint sequence = unchecked(_inbound.Sequence - 1);
        _tracer.Emit(new PacketReceived(sequence, number, payload.Length));
        _recorder.Packet(sent: false, number, _inbound.LastLength);
        if (!IsEstablished && sequence == uint.MaxValue)
            throw new PeerMisbehavedException(SshErrorCode.LimitExceeded, "The peer sent 2^32 packets before the first key exchange was complete.");

        switch (Admission.Decide(_role, Phase, number))
        {
            case Verdict.Fatal:
                throw PeerMisbehavedException.Unexpected(number, Admission.Describe(Phase));
            case Verdict.Ignore:
                _tracer.Emit(new PacketDropped(number, Phase));
                break;
            case Verdict.Unimplemented:
                Outbound.Send(new Unimplemented(sequence));
                break;
            default:
                Dispatch(number, payload);
                break;
        }
    }

    private void Dispatch(MessageNumber number, ReadOnlySpan<byte> payload)
    {
        switch (number)
        {
            case MessageNumber.Disconnect:
                throw OnDisconnect(_tracer.Decode<Disconnect>(payload));
            case MessageNumber.Ignore:
                break;
            case MessageNumber.Unimplemented:
                _tracer.Emit(new UnimplementedReceived(_tracer.Decode<Unimplemented>(payload).SequenceNumber));
                break;
            case MessageNumber.Debug:
                OnDebug(_tracer.Decode<Debug>(payload).Text);
                break;
            case MessageNumber.ExtInfo:
                OnExtensions(_tracer.Decode<ExtInfo>(payload));
                break;
            case MessageNumber.Ping:
                Outbound.Send(new Pong(Message.Decode<Ping>(payload).Data));
                break;
            case MessageNumber.Pong:
                PongReceived?.Invoke(Message.Decode<Pong>(payload).Data.ToArray());
                break;
            case >= MessageNumber.KexInit and <= (MessageNumber)49:
                OnKeyExchange(number, payload);
                break;
            case <= (MessageNumber)79:
                // The server may speak the connection protocol right behind USERAUTH_SUCCESS: the phase changes here, not
                // when the login conversation gets to read it.
                if (number == MessageNumber.UserAuthSuccess)
                {
                    if (!Outbound.LoginRequested)
                        throw PeerMisbehavedException.Unexpected(number, "no login had been asked for");
                    LoginCompleted();
                }

                _login.Receive(number, payload);
                break;
            default:
                _connection.Receive(number, payload);
                break;
        }
    }

    private void OnKeyExchange(MessageNumber number, ReadOnlySpan<byte> payload)
    {
        bool wasEstablished = IsEstablished;
        _keyExchange.Receive(number, payload);
        if (!wasEstablished)
            _recorder.Enter(PhaseOfKeyExchange);

        // RFC 8308 section 2.4: the packet right after our first NEWKEYS. A server has sent that before it gets the client's
        // NEWKEYS, and nothing else may have left in between.
        if (_role == TransportRole.Server && !wasEstablished && IsEstablished && _keyExchange.PeerTakesExtensions)
        {
            ExtInfo extensions = ServerExtensions();
            _keyExchange.Report = _keyExchange.Report.WithExtensions(extensions, TransportRole.Server);
            Outbound.Send(extensions);
        }
    }

    private HandshakePhase PhaseOfKeyExchange =>
        IsEstablished ? HandshakePhase.Login
        : UndecidedHostKey is not null ? HandshakePhase.HostKeyVerification
        : HostKey is not null ? HandshakePhase.NewKeys
        : HandshakePhase.KeyExchange;

    private ExtInfo ServerExtensions() => new(
    [
        new("server-sig-algs", string.Join(',', _options.UserKeyAlgorithms)),
        new("publickey-hostbound@openssh.com", "0"),
        new("ping@openssh.com", "0"),
        .. _options.ForwardsAgents ? [new KeyValuePair<string, string>("agent-forward", "0")] : Array.Empty<KeyValuePair<string, string>>(),
    ]);

    private void OnExtensions(ExtInfo extensions)
    {
        // RFC 8308 section 2.4 gives a peer two opportunities; without an end each message would make the dictionary grow.
        if (++_extensionMessages > ExtensionMessages)
            throw new PeerMisbehavedException(SshErrorCode.LimitExceeded, $"The peer sent EXT_INFO more than {ExtensionMessages} times.");
        _keyExchange.Report = _keyExchange.Report.WithExtensions(extensions, _role == TransportRole.Client ? TransportRole.Server : TransportRole.Client);
        foreach ((string name, string value) in extensions.Extensions)
        {
            _tracer.Emit(new ExtensionReceived(name, value));
            PeerExtensions = PeerExtensions.SetItem(name, value);
        }
    }

    private void OnDebug(string text)
    {
        _tracer.Emit(new DebugReceived(text));
        _keyExchange.Report = _keyExchange.Report with { DebugMessages = _keyExchange.Report.DebugMessages.With(text) };
    }

    private TransportLostException OnDisconnect(Disconnect message)
    {
        PeerDisconnect = message;
        _tracer.Emit(new DisconnectReceived(message.Reason, message.Description));
        string peer = _role == TransportRole.Client ? "server" : "client";
        string text = message.Description.Length == 0 ? "without a text" : $"saying \"{TerminalText.OneLine(message.Description)}\"";
        return new TransportLostException(SshErrorCode.PeerDisconnected, $"The {peer} ended the connection {text} ({message.Reason}, reason {(uint)message.Reason}).");
    }
}
