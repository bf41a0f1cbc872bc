using System.Text;
using LucidSsh.Tracing;

namespace LucidSsh.Transport;

/// <summary>Records a client's connection for Wireshark: a pcapng file with the session's secrets inside, so that it opens
/// decrypted, or the key log alone. WHOEVER HAS THE FILE CAN READ THE WHOLE CONNECTION, passwords included: it is made readable by
/// its owner alone, it is never made by a trace mask, and it belongs to one connection.</summary>
public sealed class PacketCapture : TraceSink, IWireTap
{
    // A reader wants the secrets in front of the packets they open; the first packets wait for the first secrets.
    private const int PacketsHeldForKeys = 64;
    private const int BufferSize = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly TcpStreamPackets _tcp = new((ushort)(49152 + Environment.ProcessId % 16000));
    private readonly List<Piece> _pieces = [];
    private readonly StringBuilder _nextSent = new();
    private readonly PcapngWriter? _packets;
    private readonly StreamWriter? _keys;
    private bool _released;
    private bool _failed;

    private PacketCapture(PcapngWriter? packets, StreamWriter? keys, TimeProvider? time = null)
    {
        (_packets, _keys, _time) = (packets, keys, time ?? TimeProvider.System);
        Mask = packets is null ? TraceMask.None : TraceMask.All & ~TraceMask.Socket;
    }

    /// <summary>The file's greatest length in bytes; what comes later is left out.</summary>
    public long MaximumLength { get; init; } = 1L << 30;

    /// <summary>A pcapng file with the packets, their secrets and, as comments, what they say.</summary>
    /// <param name="path">The file; one that exists is overwritten.</param>
    /// <param name="time">The packets' clock; null for the system's.</param>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public static PacketCapture ToPcapng(string path, TimeProvider? time = null) => new(new PcapngWriter(OwnerFile.Open(path, FileMode.Create, BufferSize)), null, time);

    /// <summary>The key log alone, appended to a file, for a capture made elsewhere (Wireshark's preference ssh.keylog_file).</summary>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public static PacketCapture ToKeyLog(string path) => new(null, new StreamWriter(OwnerFile.Open(path, FileMode.Append, BufferSize)) { AutoFlush = true });

    /// <inheritdoc />
    public override void Write<TEvent>(in TraceStamp stamp, in TEvent traceEvent)
    {
        string line = TraceLine.Fields(traceEvent);
        lock (_gate)
        {
            // "message sent" comes before its packet, everything else after.
            if (TEvent.Name == "message sent")
                _nextSent.Append(line);
            else if (_pieces.FindLast(piece => TEvent.Name != "packet sent" || piece.Sent) is { Comment.Length: < 4000 } last)
                last.Comment += last.Comment.Length == 0 ? line : "; " + line;
        }
    }

    void IWireTap.Wire(bool sent, ReadOnlySpan<byte> bytes)
    {
        if (_packets is null)
            return;
        lock (_gate)
        {
            _pieces.Add(new Piece(_time.GetUtcNow(), sent, bytes.ToArray()) { Comment = sent ? _nextSent.ToString() : "" });
            if (sent)
                _nextSent.Clear();
            if (!_released && _pieces.Count > PacketsHeldForKeys)
                Release("");
            if (_released)
                WriteUpTo(_pieces.Count - 2); // the last of each direction may get a comment yet
        }
    }

    void IWireTap.Keys(ReadOnlySpan<byte> cookie, ReadOnlySpan<byte> privateValue, ReadOnlySpan<byte> sharedSecret)
    {
        string lines = KeyLogLines.Of(cookie, privateValue, sharedSecret);
        lock (_gate)
        {
            Guard(() => _keys?.Write(lines));
            if (_packets is not null)
                Release(lines);
        }
    }

    void IWireTap.Ended() => Finish();

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        Finish();
        lock (_gate)
        {
            Guard(() => _packets?.Dispose());
            Guard(() => _keys?.Dispose());
            _failed = true;
        }

        base.Dispose(disposing);
    }

    private void Finish()
    {
        lock (_gate)
        {
            if (_packets is null)
                return;
            if (!_released)
                Release("");
            WriteUpTo(_pieces.Count);
            Guard(_packets.Flush);
        }
    }

    // The first secrets stand in front of everything; later ones, of a rekey, in front of what follows.
    private void Release(string lines)
    {
        if (_released)
            WriteUpTo(_pieces.Count);
        if (lines.Length > 0)
            Guard(() => _packets!.Secrets(lines));
        if (_released)
            return;
        _released = true;
        foreach (byte[] segment in _tcp.Opening())
            Guard(() => _packets!.Packet(_pieces.Count > 0 ? _pieces[0].Time : _time.GetUtcNow(), segment, ""));
    }

    private void WriteUpTo(int count)
    {
        if (count <= 0)
            return;
        foreach (Piece piece in _pieces.Take(count))
        {
            string comment = piece.Comment;
            foreach (byte[] segment in _tcp.Data(piece.Sent, piece.Bytes))
            {
                if (_packets!.Length < MaximumLength)
                    Guard(() => _packets.Packet(piece.Time, segment, comment));
                comment = "";
            }
        }

        _pieces.RemoveRange(0, count);
    }

    // A full disk or a closed file ends the capture, never the connection.
    private void Guard(Action write)
    {
        if (_failed)
            return;
        try
        {
            write();
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            _failed = true;
        }
    }

    private sealed class Piece(DateTimeOffset time, bool sent, byte[] bytes)
    {
        public DateTimeOffset Time => time;

        public bool Sent => sent;

        public byte[] Bytes => bytes;

        public string Comment { get; set; } = "";
    }
}
