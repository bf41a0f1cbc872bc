namespace LucidSsh.Wire;

/// <summary>The stages from nothing to a login.</summary>
public enum HandshakePhase
{
    /// <summary>Name resolution and TCP.</summary>
    Connect,

    /// <summary>Until the peer's identification line.</summary>
    Identification,

    /// <summary>Until both KEXINIT are known and agree.</summary>
    Negotiation,

    /// <summary>Until the key exchange's mathematics are done and the host key's signature verified.</summary>
    KeyExchange,

    /// <summary>In a client: until the host key policy has decided.</summary>
    HostKeyVerification,

    /// <summary>Until both directions use the new keys.</summary>
    NewKeys,

    /// <summary>Until the login is complete.</summary>
    Login,
}

/// <summary>What one stage took.</summary>
/// <param name="Phase">The stage.</param>
/// <param name="Start">When it began, counted from the beginning of the connection attempt.</param>
/// <param name="Duration">How long it took; for the stage in which the conversation stands or ended, up to its last packet.</param>
public sealed record PhaseReport(HandshakePhase Phase, TimeSpan Start, TimeSpan Duration)
{
    /// <summary>Packets sent in it.</summary>
    public int PacketsSent { get; init; }

    /// <summary>Packets received in it.</summary>
    public int PacketsReceived { get; init; }

    /// <summary>Bytes of those sent, as they travelled: padding and tags included, identification lines not.</summary>
    public int BytesSent { get; init; }

    /// <summary>Bytes of those received.</summary>
    public int BytesReceived { get; init; }
}

/// <summary>One packet of a handshake.</summary>
/// <param name="At">When, counted from the beginning of the connection attempt.</param>
/// <param name="Sent">True for one of ours, false for one of the peer's.</param>
/// <param name="Number">The message's number.</param>
/// <param name="Message">The message's name, as the RFCs write it.</param>
/// <param name="Length">Bytes as they travelled, padding and tag included. The payload's own length is left out: a password's
/// would show.</param>
public sealed record PacketReport(TimeSpan At, bool Sent, byte Number, string Message, int Length);
