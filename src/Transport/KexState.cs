namespace LucidSsh.Transport;

/// <summary>Where a key exchange stands, on the side of what the peer has to send next. Each state holds what it knows and no more.</summary>
internal abstract record KexState
{
    /// <summary>In words that follow "while": for the error about a message that does not fit.</summary>
    public abstract string Description { get; }

    /// <summary>No key exchange, or only our KEXINIT is on its way.</summary>
    public sealed record Idle : KexState
    {
        public override string Description => "no key exchange was under way";
    }

    /// <summary>Server: the packet of a wrong guess comes first and is skipped (RFC 4253 section 7).</summary>
    public sealed record SkipWrongGuess(KexState Then) : KexState
    {
        public override string Description => Then.Description;
    }

    /// <summary>Client: the sizes we take in a group exchange are sent.</summary>
    public sealed record ExpectGroup(NegotiatedAlgorithms Chosen, KexTranscript Transcript, GroupExchangeKex Method) : KexState
    {
        public override string Description => "the group of the key exchange was awaited";
    }

    /// <summary>Server: the sizes the client takes in a group exchange are next.</summary>
    public sealed record ExpectGroupRequest(NegotiatedAlgorithms Chosen, KexTranscript Transcript, GroupExchangeKex Method) : KexState
    {
        public override string Description => "the client's request for a group was awaited";
    }

    /// <summary>Client: our value is sent.</summary>
    public sealed record ExpectReply(NegotiatedAlgorithms Chosen, KexTranscript Transcript, ValueKex Method, IKexClient Client) : KexState
    {
        public override string Description => "the key exchange reply was awaited";
    }

    /// <summary>Server: the client's value is next.</summary>
    public sealed record ExpectInit(NegotiatedAlgorithms Chosen, KexTranscript Transcript, ValueKex Method) : KexState
    {
        public override string Description => "the client's key exchange value was awaited";
    }

    /// <summary>Client: the host key proved itself, and nobody has said yet that it is the right host's.</summary>
    public sealed record HostKeyUndecided(ServerHostKey HostKey, ExchangedKeys Keys) : KexState
    {
        public override string Description => "the host key was being verified";
    }

    /// <summary>Our NEWKEYS is sent.</summary>
    public sealed record ExpectNewKeys(IPacketOpener Opener) : KexState
    {
        public override string Description => "NEWKEYS was awaited";
    }
}

/// <summary>What both sides have said before the key exchange method's messages: everything the exchange hash covers up to there
/// (RFC 4253 section 8).</summary>
/// <param name="ClientInit">The payload of the client's KEXINIT.</param>
/// <param name="ServerInit">The payload of the server's KEXINIT.</param>
internal sealed record KexTranscript(byte[] ClientInit, byte[] ServerInit);

/// <summary>What a key exchange yields: both directions' protections, not yet in use.</summary>
internal sealed record ExchangedKeys(IPacketSealer Sealer, IPacketOpener Opener);
