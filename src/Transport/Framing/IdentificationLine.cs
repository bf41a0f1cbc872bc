using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using LucidSsh.Wire;

namespace LucidSsh.Transport;

/// <summary>The line each side introduces itself with (RFC 4253 section 4.2).</summary>
internal static class IdentificationLine
{
    /// <summary>Ours, without CR LF.</summary>
    public static string Own { get; } = $"SSH-2.0-LucidSsh_{typeof(IdentificationLine).Assembly.GetName().Version!.ToString(3)}";
}

/// <summary>Finds the peer's identification line at the beginning of the stream. A server may send other lines before it; a client
/// may not.</summary>
internal sealed class IdentificationReader(TransportRole role)
{
    private const int FirstBytesKept = 512;

    private readonly byte[] _first = new byte[FirstBytesKept];
    private int _firstLength;
    private int _linesBefore;
    private ImmutableArray<string> _keptLines = [];

    /// <summary>The line without CR LF; null until it has come.</summary>
    public string? Line { get; private set; }

    /// <summary>How many lines came before it.</summary>
    public int LineCount => _linesBefore;

    /// <summary>The first of the lines before it, made safe for a terminal.</summary>
    public ImmutableArray<string> LinesBefore => _keptLines;

    /// <summary>The first bytes of the stream, for the diagnosis where they are no SSH.</summary>
    public ReadOnlySpan<byte> FirstBytes => _first.AsSpan(0, _firstLength);

    /// <summary>Takes lines off <paramref name="input"/> up to the identification line.</summary>
    /// <returns>False when it has not come yet.</returns>
    /// <exception cref="SshException">The stream is no SSH-2, or the line breaks the rules.</exception>
    public bool TryRead(ref ReadOnlySequence<byte> input)
    {
        KeepFirst(input);
        while (true)
        {
            SequencePosition? newline = input.PositionOf((byte)'\n');
            if (newline is null)
            {
                RefuseWithoutItsEnd(input);
                return false;
            }

            ReadOnlySequence<byte> line = input.Slice(0, newline.Value);
            RefuseEndlessLine(line.Length);
            byte[] bytes = line.ToArray();
            input = input.Slice(input.GetPosition(1, newline.Value));
            if (TryTakeLine(bytes is [.., (byte)'\r'] ? bytes.AsSpan(..^1) : bytes))
                return true;
        }
    }

    private bool TryTakeLine(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("SSH-"u8))
        {
            Line = Check(line);
            return true;
        }

        if (role == TransportRole.Server || NotSshDiagnosis.IsCertainlyNotSsh(FirstBytes))
            throw NotSshDiagnosis.Explain(role, FirstBytes, HowItEnded.StillOpen);
        _keptLines = _keptLines.With(Encoding.UTF8.GetString(line));
        if (++_linesBefore > WireLimits.LinesBeforeIdentification)
            throw new PeerMisbehavedException(SshErrorCode.NotSsh, $"The server sent more than {WireLimits.LinesBeforeIdentification} lines and no SSH identification.");
        return false;
    }

    private static string Check(ReadOnlySpan<byte> line)
    {
        if (line.Length > WireLimits.IdentificationLine - 2)
            throw new PeerMisbehavedException(SshErrorCode.BadIdentification, $"The peer's identification line has {line.Length} bytes; at most {WireLimits.IdentificationLine - 2} are allowed.");
        if (line.ContainsAnyExceptInRange((byte)0x20, (byte)0x7e))
            throw new PeerMisbehavedException(SshErrorCode.BadIdentification, "The peer's identification line holds bytes that are no printable ASCII.");
        string text = Encoding.ASCII.GetString(line);
        // 1.99 is how a server says that it speaks 2.0 and older versions too (RFC 4253 section 5.1).
        if (!text.StartsWith("SSH-2.0-", StringComparison.Ordinal) && !text.StartsWith("SSH-1.99-", StringComparison.Ordinal))
        {
            throw new PeerMisbehavedException(
                SshErrorCode.UnsupportedVersion,
                $"The peer speaks another version of SSH: it introduced itself as \"{text}\".",
                "Version 1 was broken long ago; the peer has to be upgraded to SSH-2.",
                DisconnectReason.ProtocolVersionNotSupported);
        }

        return text;
    }

    // What can be judged before the line's end is: a binary protocol may never send one.
    private void RefuseWithoutItsEnd(in ReadOnlySequence<byte> unfinished)
    {
        if (_linesBefore == 0 && FirstBytes is [< 0x20 or > 0x7e, ..] && NotSshDiagnosis.IsCertainlyNotSsh(FirstBytes))
            throw NotSshDiagnosis.Explain(role, FirstBytes, HowItEnded.StillOpen);
        Span<byte> start = stackalloc byte[4];
        if (unfinished.Length > WireLimits.IdentificationLine)
        {
            unfinished.Slice(0, start.Length).CopyTo(start);
            if (start.SequenceEqual("SSH-"u8))
                throw new PeerMisbehavedException(SshErrorCode.BadIdentification, $"The peer's identification line has more than {WireLimits.IdentificationLine} bytes and no end.");
        }

        RefuseEndlessLine(unfinished.Length);
    }

    private void RefuseEndlessLine(long length)
    {
        if (length <= WireLimits.LineBeforeIdentification)
            return;
        throw NotSshDiagnosis.IsCertainlyNotSsh(FirstBytes)
            ? NotSshDiagnosis.Explain(role, FirstBytes, HowItEnded.StillOpen)
            : new PeerMisbehavedException(SshErrorCode.NotSsh, $"The peer sent {length} bytes without the end of a line and no SSH identification.");
    }

    private void KeepFirst(in ReadOnlySequence<byte> input)
    {
        if (_linesBefore > 0 || input.Length <= _firstLength)
            return;
        _firstLength = (int)Math.Min(input.Length, FirstBytesKept);
        input.Slice(0, _firstLength).CopyTo(_first);
    }
}
