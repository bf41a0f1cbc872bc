using System.Text;

namespace LucidSsh.Wire;

/// <summary>A failure of SSH: what happened in one sentence, who has to change something, what to do, and how the conversation
/// went so far.</summary>
public class SshException : Exception
{
    /// <summary>A failure.</summary>
    /// <param name="code">The stable number.</param>
    /// <param name="fault">Who has to change something.</param>
    /// <param name="sentence">One clear sentence: who did what, what was expected.</param>
    /// <param name="remedy">What to do about it, or null where nothing can be advised.</param>
    /// <param name="inner">What lies beneath, or null.</param>
    public SshException(SshErrorCode code, SshFault fault, string sentence, string? remedy = null, Exception? inner = null)
        : base(remedy is null ? sentence : $"{sentence} {remedy}", inner)
    {
        Code = code;
        Fault = fault;
        _sentence = sentence;
        Remedy = remedy;
    }

    private readonly string _sentence;

    /// <summary>The stable number of this kind of failure.</summary>
    public SshErrorCode Code { get; }

    /// <summary>Who has to change something.</summary>
    public SshFault Fault { get; }

    /// <summary>What happened, in one sentence; where the way led through proxies or jump hosts, it begins with the one that failed,
    /// or with the way that was open.</summary>
    public string Sentence => Place + _sentence;

    /// <inheritdoc />
    public override string Message => Place + base.Message;

    /// <summary>What to do about it, or null.</summary>
    public string? Remedy { get; }

    /// <summary>The layer the failure was found in.</summary>
    public string Layer => SshErrorDescription.LayerOf(Code);

    /// <summary>The negotiation so far, or null where none had begun.</summary>
    public NegotiationReport? Negotiation { get; internal set; }

    /// <summary>The last packets and events before the failure, oldest first, as trace lines; empty where there were none.</summary>
    public IReadOnlyList<string> RecentEvents { get; internal set; } = [];

    /// <summary>The proxy or jump host that failed; null where none did. Whoever knows first says it.</summary>
    internal string? FailedHop { get; set => field ??= value; }

    /// <summary>The proxies or jump hosts that had been passed; null where the way was straight.</summary>
    internal string? Way { get; set => field ??= value; }

    private string Place => (FailedHop, Way) switch
    {
        (null, null) => "",
        (null, { } way) => $"Through {way}: ",
        ({ } hop, null) => $"{char.ToUpperInvariant(hop[0])}{hop[1..]}: ",
        ({ } hop, { } way) => $"{char.ToUpperInvariant(hop[0])}{hop[1..]}, through {way}: ",
    };

    /// <summary>True when the trace has it: a reason that many wait for fails once.</summary>
    internal bool IsTraced { get; set; }

    /// <summary>What the peer is told before the connection closes; null says nothing.</summary>
    internal DisconnectReason? TellPeer { get; init; }

    /// <summary>The sentence, the code, the negotiation so far, the last events and the stack.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        text.Append(Message).AppendLine().Append($"  code: {(int)Code} {Code} ({Layer}; fault: {Fault})").AppendLine();
        if (Negotiation is not null)
            text.AppendLine("  negotiation:").Append(Negotiation.ToText("    "));
        if (RecentEvents.Count > 0)
            text.AppendLine("  last events:");
        foreach (string line in RecentEvents)
            text.Append("    ").AppendLine(line);
        return text.Append(base.ToString()).ToString();
    }
}

/// <summary>The peer broke the protocol; the connection cannot go on.</summary>
public class PeerMisbehavedException : SshException
{
    /// <summary>The peer broke the protocol.</summary>
    public PeerMisbehavedException(
        SshErrorCode code, string sentence, string? remedy = null, DisconnectReason tellPeer = DisconnectReason.ProtocolError)
        : base(code, SshFault.Peer, sentence, remedy) => TellPeer = tellPeer;

    internal static PeerMisbehavedException Malformed(MessageNumber number, string fault) =>
        new(SshErrorCode.Malformed, $"The peer sent a malformed {MessageNumbers.Describe(number)}: {fault}.");

    internal static PeerMisbehavedException Unexpected(MessageNumber number, string state) =>
        new(SshErrorCode.UnexpectedMessage, $"The peer sent {MessageNumbers.Describe(number)} while {state}.");
}

/// <summary>Both sides behave, but share nothing to talk with.</summary>
public class PeerIncompatibleException : SshException
{
    /// <summary>Nothing in common.</summary>
    public PeerIncompatibleException(SshErrorCode code, string sentence, string? remedy = null)
        : base(code, SshFault.Incompatible, sentence, remedy) => TellPeer = DisconnectReason.KeyExchangeFailed;
}

/// <summary>The peer understood and said no.</summary>
public class PeerRefusedException(SshErrorCode code, string sentence, string? remedy = null, Exception? inner = null)
    : SshException(code, SshFault.Refused, sentence, remedy, inner);

/// <summary>The connection or the time for something is gone.</summary>
public class TransportLostException(SshErrorCode code, string sentence, string? remedy = null, Exception? inner = null)
    : SshException(code, SshFault.Network, sentence, remedy, inner);

/// <summary>This side's arguments, files or configuration do not allow what was asked.</summary>
public class LocalMisuseException(SshErrorCode code, string sentence, string? remedy = null, Exception? inner = null)
    : SshException(code, SshFault.Caller, sentence, remedy, inner);
