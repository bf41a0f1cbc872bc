using LucidSsh.Wire;

namespace LucidSsh.Transport;

/// <summary>Keeps the stages and the packets of a connection up to the end of the login, for the report. From then on it costs one
/// branch a packet.</summary>
internal sealed class HandshakeRecorder
{
    /// <summary>Packets kept.</summary>
    public const int Limit = 64;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly TimeSpan _connectTime;
    private readonly List<PhaseReport> _phases = [];
    private readonly List<PacketReport> _packets = [];
    private PhaseReport _current;
    private int _omitted;
    private volatile bool _isOver;

    /// <summary>A record that begins now.</summary>
    /// <param name="time">The connection's clock.</param>
    /// <param name="connectTime">What the network took before; zero where it was there already.</param>
    public HandshakeRecorder(TimeProvider time, TimeSpan connectTime)
    {
        (_time, _connectTime, _start) = (time, connectTime, time.GetTimestamp());
        if (connectTime > TimeSpan.Zero)
            _phases.Add(new PhaseReport(HandshakePhase.Connect, TimeSpan.Zero, connectTime));
        _current = new PhaseReport(HandshakePhase.Identification, connectTime, TimeSpan.Zero);
    }

    /// <summary>The next stage begins; nothing where it has begun already.</summary>
    public void Enter(HandshakePhase phase)
    {
        lock (_gate)
        {
            if (_isOver || phase <= _current.Phase)
                return;
            TimeSpan now = Now;
            _phases.Add(_current with { Duration = now - _current.Start });
            _current = new PhaseReport(phase, now, TimeSpan.Zero);
        }
    }

    /// <summary>A packet was sealed, or opened.</summary>
    /// <param name="sent">Whether it is ours.</param>
    /// <param name="number">Its message.</param>
    /// <param name="length">Bytes as they travel.</param>
    public void Packet(bool sent, MessageNumber number, int length)
    {
        if (_isOver)
            return;
        lock (_gate)
        {
            TimeSpan now = Now;
            _current = sent
                ? _current with { Duration = now - _current.Start, PacketsSent = _current.PacketsSent + 1, BytesSent = _current.BytesSent + length }
                : _current with { Duration = now - _current.Start, PacketsReceived = _current.PacketsReceived + 1, BytesReceived = _current.BytesReceived + length };
            if (_packets.Count < Limit)
                _packets.Add(new PacketReport(now, sent, (byte)number, MessageNumbers.Describe(number), length));
            else
                _omitted++;
        }
    }

    /// <summary>The login is complete.</summary>
    public void Finish()
    {
        lock (_gate)
        {
            if (!_isOver)
                _current = _current with { Duration = Now - _current.Start };
            _isOver = true;
        }
    }

    /// <summary>The report with what is recorded so far.</summary>
    public NegotiationReport AddTo(NegotiationReport report)
    {
        lock (_gate)
            return report with { Phases = [.. _phases, _current], Packets = [.. _packets], PacketsOmitted = _omitted };
    }

    private TimeSpan Now => _connectTime + _time.GetElapsedTime(_start);
}
