using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Transport;

/// <summary>Our identification line was sent.</summary>
internal readonly record struct IdentificationSent(string Line) : ITraceEvent
{
    public static string Name => "identification sent";
    public static TraceMask Category => TraceMask.Transport;
    public void Describe(ITraceFields fields) => fields.Add("line", Line);
}

/// <summary>The peer's identification line came.</summary>
internal readonly record struct IdentificationReceived(string Line) : ITraceEvent
{
    public static string Name => "identification received";
    public static TraceMask Category => TraceMask.Transport;
    public void Describe(ITraceFields fields) => fields.Add("line", Line);
}

/// <summary>A packet was sealed; the bytes are its payload's.</summary>
internal readonly record struct PacketSent(uint Sequence, MessageNumber Message, int Length) : ITraceEvent
{
    public static string Name => "packet sent";
    public static TraceMask Category => TraceMask.Transport;

    public void Describe(ITraceFields fields)
    {
        fields.Add("seq", Sequence);
        fields.Add("message", MessageNumbers.Describe(Message));
        fields.Add("bytes", Length);
    }
}

/// <summary>A packet was opened; the bytes are its payload's.</summary>
internal readonly record struct PacketReceived(uint Sequence, MessageNumber Message, int Length) : ITraceEvent
{
    public static string Name => "packet received";
    public static TraceMask Category => TraceMask.Transport;

    public void Describe(ITraceFields fields)
    {
        fields.Add("seq", Sequence);
        fields.Add("message", MessageNumbers.Describe(Message));
        fields.Add("bytes", Length);
    }
}

/// <summary>A packet that this phase ignores was dropped.</summary>
internal readonly record struct PacketDropped(MessageNumber Message, Phase Phase) : ITraceEvent
{
    public static string Name => "packet dropped";
    public static TraceMask Category => TraceMask.Transport;

    public void Describe(ITraceFields fields)
    {
        fields.Add("message", MessageNumbers.Describe(Message));
        fields.Add("because", Admission.Describe(Phase));
    }
}

/// <summary>The group of a group exchange (RFC 4419).</summary>
internal readonly record struct GroupExchanged(string Asked, int Bits) : ITraceEvent
{
    public static string Name => "group";
    public static TraceMask Category => TraceMask.KeyExchange;

    public void Describe(ITraceFields fields)
    {
        fields.Add("asked", Asked);
        fields.Add("bits", Bits);
    }
}

/// <summary>What the two lists come to, for one kind of algorithm.</summary>
internal readonly record struct AlgorithmChosen(AlgorithmKind Kind, string? Chosen) : ITraceEvent
{
    public static string Name => "agreed";
    public static TraceMask Category => TraceMask.KeyExchange;

    public void Describe(ITraceFields fields)
    {
        fields.Add("kind", NegotiationReport.Describe(Kind));
        fields.Add("name", Chosen ?? "(not needed)");
    }
}

/// <summary>This side sent its KEXINIT.</summary>
internal readonly record struct KeyExchangeStarted(string Reason) : ITraceEvent
{
    public static string Name => "key exchange started";
    public static TraceMask Category => TraceMask.KeyExchange;
    public void Describe(ITraceFields fields) => fields.Add("because", Reason);
}

/// <summary>The server's host key, before it is decided on.</summary>
internal readonly record struct HostKeySeen(string Type, int Bits, string Fingerprint) : ITraceEvent
{
    public static string Name => "host key";
    public static TraceMask Category => TraceMask.KeyExchange;

    public void Describe(ITraceFields fields)
    {
        fields.Add("type", Type);
        fields.Add("bits", Bits);
        fields.Add("fingerprint", Fingerprint);
    }
}

/// <summary>The certificate the server's host key was shown in, before it is decided on; its authority's signature is verified.</summary>
internal readonly record struct HostCertificateSeen(
    string KeyId, string Serial, string Principals, string Validity, string Authority, string SignatureAlgorithm) : ITraceEvent
{
    public static string Name => "host certificate";
    public static TraceMask Category => TraceMask.KeyExchange;

    public void Describe(ITraceFields fields)
    {
        fields.Add("key_id", KeyId);
        fields.Add("serial", Serial);
        fields.Add("principals", Principals);
        fields.Add("valid", Validity);
        fields.Add("authority", Authority);
        fields.Add("signed_with", SignatureAlgorithm);
    }
}

/// <summary>New keys, from the next packet on.</summary>
internal readonly record struct KeysInUse(string Direction, bool SequenceReset) : ITraceEvent
{
    public static string Name => "new keys in use";
    public static TraceMask Category => TraceMask.KeyExchange;

    public void Describe(ITraceFields fields)
    {
        fields.Add("direction", Direction);
        fields.Add("sequence_reset", SequenceReset ? "yes" : "no");
    }
}

/// <summary>One extension of the peer's EXT_INFO (RFC 8308).</summary>
internal readonly record struct ExtensionReceived(string Extension, string Value) : ITraceEvent
{
    public static string Name => "extension";
    public static TraceMask Category => TraceMask.KeyExchange;

    public void Describe(ITraceFields fields)
    {
        fields.Add("name", Extension);
        fields.Add("value", Value);
    }
}

/// <summary>The peer ended the connection, with this text.</summary>
internal readonly record struct DisconnectReceived(DisconnectReason Reason, string Description) : ITraceEvent
{
    public static string Name => "disconnect received";
    public static TraceMask Category => TraceMask.Transport;

    public void Describe(ITraceFields fields)
    {
        fields.Add("reason", Reason.ToString());
        fields.Add("text", Description);
    }
}

/// <summary>The peer's DEBUG message.</summary>
internal readonly record struct DebugReceived(string Text) : ITraceEvent
{
    public static string Name => "debug message";
    public static TraceMask Category => TraceMask.Transport;
    public void Describe(ITraceFields fields) => fields.Add("text", Text);
}

/// <summary>The peer does not know the message of our packet of this number.</summary>
internal readonly record struct UnimplementedReceived(uint Sequence) : ITraceEvent
{
    public static string Name => "peer does not implement our packet";
    public static TraceMask Category => TraceMask.Transport;
    public void Describe(ITraceFields fields) => fields.Add("seq", Sequence);
}

/// <summary>TCP is connected.</summary>
internal readonly record struct SocketConnected(string Host, string Address, int Port, long Microseconds) : ITraceEvent
{
    public static string Name => "connected";
    public static TraceMask Category => TraceMask.Socket;

    public void Describe(ITraceFields fields)
    {
        fields.Add("host", Host);
        fields.Add("address", Address);
        fields.Add("port", Port);
        fields.Add("microseconds", Microseconds);
    }
}

/// <summary>Bytes came from the network.</summary>
internal readonly record struct SocketRead(long Bytes) : ITraceEvent
{
    public static string Name => "read";
    public static TraceMask Category => TraceMask.Socket;
    public void Describe(ITraceFields fields) => fields.Add("bytes", Bytes);
}

/// <summary>Bytes went to the network.</summary>
internal readonly record struct SocketWritten(long Bytes) : ITraceEvent
{
    public static string Name => "written";
    public static TraceMask Category => TraceMask.Socket;
    public void Describe(ITraceFields fields) => fields.Add("bytes", Bytes);
}
