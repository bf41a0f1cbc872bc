using LucidSsh.Crypto;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Transport;

/// <summary>The key exchange of one connection, the first and every later one, in both roles (RFC 4253 sections 7 to 9, strict key
/// exchange as OpenSSH's PROTOCOL file section 1.9 has it). It runs on the read loop; only our KEXINIT may be started from
/// elsewhere, and <see cref="OutboundPackets"/> sees that there is one.</summary>
internal sealed class KeyExchange(
    TransportRole role, TransportOptions options, InboundPackets inbound, IRandomSource random, Tracer tracer) : IDisposable
{
    private readonly KexInitFactory _kexInit = new(role, options, random);
    private KexState _state = new KexState.Idle();
    private bool _peerStarted;

    /// <summary>Where our packets go.</summary>
    public required OutboundPackets Outbound { get; init; }

    /// <summary>Both sides' identification lines; set before the first message.</summary>
    public IdentificationLines Lines { get; set; } = new("", "");

    /// <summary>How the two sides agreed so far.</summary>
    public NegotiationReport Report { get; set; } = new();

    /// <summary>The first exchange hash; empty before it is known.</summary>
    public byte[] SessionId { get; private set; } = [];

    /// <summary>The server's host key; null before it is known.</summary>
    public ServerHostKey? HostKey { get; private set; }

    /// <summary>In the client, the host key's signature of the first exchange's hash, which is the session identifier.</summary>
    public ReadOnlyMemory<byte> HostKeySignature { get; private set; }

    /// <summary>True when the client's first KEXINIT says that it understands EXT_INFO (RFC 8308 section 2.1).</summary>
    public bool PeerTakesExtensions { get; private set; }

    /// <summary>True from the end of the first key exchange on.</summary>
    public bool FirstIsComplete { get; private set; }

    /// <summary>True from the peer's KEXINIT to the peer's NEWKEYS.</summary>
    public bool PeerIsExchanging => _peerStarted;

    /// <summary>True when both sides' first KEXINIT asked for strict key exchange.</summary>
    public bool IsStrict { get; private set; }

    /// <summary>The host key somebody has to decide on before the conversation goes on; null when there is none.</summary>
    public ServerHostKey? UndecidedHostKey => (_state as KexState.HostKeyUndecided)?.HostKey;

    /// <summary>The payload of a new KEXINIT of ours.</summary>
    public byte[] MakeKexInit() => _kexInit.Make(first: !FirstIsComplete);

    /// <summary>Takes a message of the key exchange: 20, 21, 30 to 49.</summary>
    public void Receive(MessageNumber number, ReadOnlySpan<byte> payload)
    {
        _state = (_state, number) switch
        {
            (KexState.Idle, MessageNumber.KexInit) => OnKexInit(payload),
            (KexState.SkipWrongGuess s, >= MessageNumber.KexMethod30) => s.Then,
            (KexState.ExpectGroupRequest s, MessageNumber.KexMethod34) => OnGroupRequest(s, payload),
            (KexState.ExpectGroup s, MessageNumber.KexMethod31) => OnGroup(s, payload),
            (KexState.ExpectInit { Method.IsGroupExchange: false } s, MessageNumber.KexMethod30) => OnInit(s, tracer.Decode<KexExchangeInit>(payload)),
            (KexState.ExpectInit { Method.IsGroupExchange: true } s, MessageNumber.KexMethod32) => OnInit(s, tracer.Decode<KexGexInit>(payload).Fields),
            (KexState.ExpectReply { Method.IsGroupExchange: false } s, MessageNumber.KexMethod31) => OnReply(s, tracer.Decode<KexExchangeReply>(payload)),
            (KexState.ExpectReply { Method.IsGroupExchange: true } s, MessageNumber.KexMethod33) => OnReply(s, tracer.Decode<KexGexReply>(payload).Fields),
            (KexState.ExpectNewKeys s, MessageNumber.NewKeys) => OnNewKeys(s, payload),
            _ => throw PeerMisbehavedException.Unexpected(number, _state.Description),
        };
    }

    /// <summary>The undecided host key is the right one.</summary>
    public void AcceptHostKey()
    {
        if (_state is KexState.HostKeyUndecided undecided)
            _state = UseKeys(undecided.Keys);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        switch (_state)
        {
            case KexState.ExpectReply s:
                s.Client.Dispose();
                break;
            case KexState.HostKeyUndecided s:
                s.Keys.Opener.Dispose();
                s.Keys.Sealer.Dispose();
                break;
            case KexState.ExpectNewKeys s:
                s.Opener.Dispose();
                break;
        }
    }

    private KexState OnKexInit(ReadOnlySpan<byte> payload)
    {
        _peerStarted = true;
        byte[] ours = Outbound.StartKeyExchange("the peer asked for it");
        byte[] theirs = payload.ToArray();
        KexTranscript transcript = role == TransportRole.Client ? new(ours, theirs) : new(theirs, ours);
        KexInit peer = tracer.Decode<KexInit>(theirs);
        KexInit own = Message.Decode<KexInit>(ours);
        (KexInit client, KexInit server) = role == TransportRole.Client ? (own, peer) : (peer, own);
        if (!FirstIsComplete)
            OnFirstKexInit(client, server);

        Negotiated result = Negotiation.Choose(client, server);
        Trace(result);
        Report = Report.WithNegotiation(client, server, result) with { StrictKeyExchange = IsStrict };
        NegotiatedAlgorithms chosen = result.RequireAll(role);
        if (role == TransportRole.Client)
            return Following(BeginMethod(chosen, transcript), server, result);
        KexState next = chosen.KeyExchange is GroupExchangeKex groups
            ? new KexState.ExpectGroupRequest(chosen, transcript, groups)
            : new KexState.ExpectInit(chosen, transcript, (ValueKex)chosen.KeyExchange);
        return Following(next, client, result);
    }

    // RFC 4253 section 7: the packet that follows a wrong guess is ignored.
    private static KexState Following(KexState next, KexInit peer, Negotiated result) =>
        peer.FirstKexPacketFollows && !result.GuessWasRight ? new KexState.SkipWrongGuess(next) : next;

    private KexState BeginMethod(NegotiatedAlgorithms chosen, KexTranscript transcript)
    {
        if (chosen.KeyExchange is not GroupExchangeKex groups)
            return SendValue(chosen, transcript, (ValueKex)chosen.KeyExchange);
        Outbound.Send(GroupExchangeKex.Request);
        return new KexState.ExpectGroup(chosen, transcript, groups);
    }

    private KexState.ExpectReply SendValue(NegotiatedAlgorithms chosen, KexTranscript transcript, ValueKex method)
    {
        IKexClient client = method.Start(random);
        KexExchangeInit init = new(client.ClientValue);
        if (method.IsGroupExchange)
            Outbound.Send(new KexGexInit(init));
        else
            Outbound.Send(init);
        return new KexState.ExpectReply(chosen, transcript, method, client);
    }

    private KexState OnGroupRequest(KexState.ExpectGroupRequest state, ReadOnlySpan<byte> payload)
    {
        KexGexRequest request = tracer.Decode<KexGexRequest>(payload);
        ValueKex method = state.Method.Choose(request, out byte[] prime, out byte[] generator);
        SeeGroup(request, prime);
        Outbound.Send(new KexGexGroup(prime, generator));
        return new KexState.ExpectInit(state.Chosen, state.Transcript, method);
    }

    private KexState OnGroup(KexState.ExpectGroup state, ReadOnlySpan<byte> payload)
    {
        KexGexGroup group = tracer.Decode<KexGexGroup>(payload);
        ValueKex method = state.Method.Take(GroupExchangeKex.Request, group.Prime, group.Generator);
        SeeGroup(GroupExchangeKex.Request, group.Prime);
        return SendValue(state.Chosen, state.Transcript, method);
    }

    private void SeeGroup(KexGexRequest request, ReadOnlySpan<byte> prime)
    {
        int bits = GroupExchangeKex.BitLength(prime);
        Report = Report.WithGroup(request, bits);
        tracer.Emit(new GroupExchanged(request.ToString(), bits));
    }

    // The markers count in the first KEXINIT alone, and a strict peer's KEXINIT must have been its first packet.
    private void OnFirstKexInit(KexInit client, KexInit server)
    {
        IsStrict = client.KexAlgorithms.Contains(KexMarkers.StrictClient) && server.KexAlgorithms.Contains(KexMarkers.StrictServer);
        PeerTakesExtensions = role == TransportRole.Server && client.KexAlgorithms.Contains(KexMarkers.ExtensionsClient);
        if (IsStrict && inbound.Sequence != 1)
        {
            throw new PeerMisbehavedException(
                SshErrorCode.UnexpectedMessage,
                "The peer asked for strict key exchange, but its KEXINIT was not its first packet.",
                "Somebody between the two sides may have inserted packets (CVE-2023-48795).");
        }
    }

    private KexState OnInit(KexState.ExpectInit state, KexExchangeInit init)
    {
        (PrivateKey signer, ServerHostKey shown) = ServerHostKey.Find(options, state.Chosen.HostKey)!.Value;
        using KexResponse response = state.Method.Respond(init.ClientValue, random);
        byte[] hash = ExchangeHashOf(state.Method, state.Transcript, shown, init.ClientValue, response.ServerValue, response.SharedSecret);
        HostKey ??= shown;
        Report = Report with { HostKey = ReportParts.HostKey(shown.Blob.Span, state.Chosen.HostKey.Name) };
        KexExchangeReply reply = new(shown.Blob.Span, response.ServerValue, signer.Sign(state.Chosen.HostKey.SignatureAlgorithm, hash, random));
        if (state.Method.IsGroupExchange)
            Outbound.Send(new KexGexReply(reply));
        else
            Outbound.Send(reply);
        return UseKeys(DeriveKeys(state.Chosen, response.SharedSecret, hash));
    }

    private KexState OnReply(KexState.ExpectReply state, KexExchangeReply reply)
    {
        using IKexClient client = state.Client;
        Report = Report with { HostKey = ReportParts.HostKey(reply.HostKey, state.Chosen.HostKey.Name) };
        ServerHostKey hostKey = ServerHostKey.Parse(reply.HostKey, state.Chosen.HostKey);
        CheckHostKey(hostKey.Key);
        using Secret secret = client.Finish(reply.ServerValue);
        options.Tap?.Keys(state.Transcript.ClientInit.AsSpan(1, KexInit.CookieLength), client.PrivateValue, secret.Span);
        byte[] hash = ExchangeHashOf(state.Method, state.Transcript, hostKey, client.ClientValue, reply.ServerValue, secret);
        if (!hostKey.Key.Verify(state.Chosen.HostKey.SignatureAlgorithm, hash, reply.Signature))
        {
            throw new PeerMisbehavedException(
                SshErrorCode.KeyExchangeFailed,
                $"The server's signature of the key exchange does not verify with its host key {hostKey.Key.Fingerprint}.",
                "Either the server is broken or somebody is between the two sides.",
                DisconnectReason.KeyExchangeFailed);
        }

        ExchangedKeys keys = DeriveKeys(state.Chosen, secret, hash);
        if (HostKey is not null) // a rekey: the host that was verified goes on
            return UseKeys(keys);
        HostKey = hostKey;
        HostKeySignature = reply.Signature.ToArray();
        tracer.Emit(new HostKeySeen(hostKey.Type, hostKey.Key.Bits, hostKey.Key.Fingerprint));
        if (Report.HostKey?.Certificate is { } shown)
            tracer.Emit(new HostCertificateSeen(shown.KeyId, shown.Serial, string.Join(',', shown.Principals), shown.Validity, shown.Authority, shown.SignatureAlgorithm));
        return new KexState.HostKeyUndecided(hostKey, keys);
    }

    // A server may have got a new certificate while a connection lasts; the key is what was verified, and stays.
    private void CheckHostKey(PublicKey key)
    {
        if (HostKey is not null && !key.Equals(HostKey.Key))
        {
            throw new PeerMisbehavedException(
                SshErrorCode.KeyExchangeFailed,
                $"The server showed another host key, {key.Fingerprint}, when keys were exchanged anew; this connection began with {HostKey.Key.Fingerprint}.",
                tellPeer: DisconnectReason.KeyExchangeFailed);
        }

        if (key.Type == "ssh-rsa" && key.Bits < options.MinimumRsaBits)
        {
            throw new PeerIncompatibleException(
                SshErrorCode.KeyUnsupported,
                $"The server's RSA host key has {key.Bits} bits; at least {options.MinimumRsaBits} are required.",
                "Give the server a longer key, or an Ed25519 key.");
        }
    }

    private byte[] ExchangeHashOf(
        ValueKex method, KexTranscript transcript, ServerHostKey hostKey, ReadOnlySpan<byte> clientValue, ReadOnlySpan<byte> serverValue, Secret secret)
    {
        byte[] hash = ExchangeHash.Compute(
            method.Hash, Lines.Client, Lines.Server, transcript.ClientInit, transcript.ServerInit,
            hostKey.Blob.Span, method.GroupParameters.Span, clientValue, serverValue, secret.Span);
        if (SessionId.Length == 0)
            SessionId = hash;
        return hash;
    }

    private ExchangedKeys DeriveKeys(NegotiatedAlgorithms chosen, Secret secret, byte[] hash)
    {
        KeyDerivation derivation = new(chosen.KeyExchange.Hash, secret, hash, SessionId);
        (DirectionAlgorithms outgoing, DirectionAlgorithms incoming) = role == TransportRole.Client
            ? (chosen.ClientToServer, chosen.ServerToClient)
            : (chosen.ServerToClient, chosen.ClientToServer);
        bool client = role == TransportRole.Client;
        return new ExchangedKeys(
            outgoing.CreateSealer(derivation, clientToServer: client), incoming.CreateOpener(derivation, clientToServer: !client));
    }

    private KexState UseKeys(ExchangedKeys keys)
    {
        Outbound.SendNewKeys(keys.Sealer, IsStrict);
        return new KexState.ExpectNewKeys(keys.Opener);
    }

    private KexState OnNewKeys(KexState.ExpectNewKeys state, ReadOnlySpan<byte> payload)
    {
        tracer.Decode<NewKeys>(payload);
        inbound.UseKeys(state.Opener, IsStrict);
        tracer.Emit(new KeysInUse("in", IsStrict));
        _peerStarted = false;
        FirstIsComplete = true;
        return new KexState.Idle();
    }

    private void Trace(Negotiated result)
    {
        if (!tracer.IsOn(TraceMask.KeyExchange))
            return;
        foreach (AlgorithmNegotiation algorithm in result.Algorithms)
            tracer.Emit(new AlgorithmChosen(algorithm.Kind, algorithm.Chosen));
    }
}

/// <summary>Both identification lines without CR LF, as the exchange hash takes them.</summary>
internal sealed record IdentificationLines(string Client, string Server);
