using System.Buffers;
using System.Text;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Fuzz;

/// <summary>The beginning of a stream: the first byte says which role reads it, the second in pieces of which size. However it is
/// cut and however much of it is shown at a time, the same line is found.</summary>
internal sealed class IdentificationTarget : IFuzzTarget
{
    private const int MostPieces = 64;

    public string Name => "identification";

    // The stream is copied for every piece that is shown.
    public long FixedAllocation => MostPieces * Mutator.LongestInput;

    public IEnumerable<byte[]> Seeds =>
    [
        Seed(1, 0, "SSH-2.0-OpenSSH_9.9p1 a comment\r\n"),
        Seed(0, 3, "A greeting.\r\nAnother line.\nSSH-1.99-Server\n"),
        Seed(0, 5, "SSH-1.5-old\n"),
        Seed(0, 0, "HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n<html>"),
        Seed(0, 0, "220 mail.example.org ESMTP ready\r\n"),
        Seed(1, 0, "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003"),
        Seed(1, 0, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2)
            return;
        TransportRole role = (input[0] & 1) != 0 ? TransportRole.Server : TransportRole.Client;
        byte[] stream = input[2..].ToArray();
        string whole = Read(role, stream, stream.Length, out SshException? refusal);
        string cut = Read(role, stream, Math.Max(input[1], stream.Length / MostPieces + 1), out _);
        // A line that never ends is refused as soon as it is too long, so the sentences may differ where there is a refusal.
        if (refusal is null && whole != cut)
            throw new InvalidOperationException($"In one piece: {whole}; in pieces: {cut}");
        if (refusal is not null)
            throw refusal;
    }

    private static string Read(TransportRole role, byte[] stream, int step, out SshException? refusal)
    {
        IdentificationReader reader = new(role);
        refusal = null;
        int used = 0;
        for (int shown = Math.Min(step, stream.Length); ; shown = Math.Min(shown + step, stream.Length))
        {
            ReadOnlySequence<byte> rest = Pieces.Cut(stream[used..shown], step);
            long before = rest.Length;
            try
            {
                if (reader.TryRead(ref rest))
                    return $"{reader.Line} and {stream.Length - used - (before - rest.Length)} bytes";
            }
            catch (SshException exception)
            {
                refusal = exception;
                return exception.Code.ToString();
            }

            used += (int)(before - rest.Length);
            if (shown == stream.Length)
                return "nothing";
        }
    }

    private static byte[] Seed(byte role, byte segment, string text) => [role, segment, .. Encoding.Latin1.GetBytes(text)];
}

/// <summary>Packets before the first keys; the first byte is the size of the pieces. However they are cut, the same payloads come
/// out.</summary>
internal sealed class PacketsTarget : IFuzzTarget
{
    public string Name => "packets";

    public IEnumerable<byte[]> Seeds =>
    [
        [0, .. Packets("one", "two", "")],
        [7, .. Packets(new string('x', 300), "y")],
        [1, .. Packets("a")],
        [64, .. Packets(new string('z', 5000))],
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return;
        byte[] stream = input[1..].ToArray();
        List<string> whole = Read(stream, 0, out SshException? refusal);
        List<string> cut = Read(stream, input[0], out SshException? other);
        if (!whole.SequenceEqual(cut) || refusal?.Message != other?.Message)
            throw new InvalidOperationException($"In one piece {whole.Count} packets, {refusal?.Message}; in pieces {cut.Count}, {other?.Message}");
        if (refusal is not null)
            throw refusal;
    }

    private static List<string> Read(byte[] stream, int segment, out SshException? refusal)
    {
        List<string> payloads = [];
        using InboundPackets inbound = new();
        refusal = null;
        try
        {
            ReadOnlySequence<byte> rest = Pieces.Cut(stream, segment);
            while (inbound.TryRead(ref rest, out ReadOnlySpan<byte> payload))
                payloads.Add(Convert.ToHexString(payload));
        }
        catch (SshException exception)
        {
            refusal = exception;
        }

        return payloads;
    }

    private static byte[] Packets(params string[] payloads)
    {
        WireBuffer buffer = new();
        foreach (string payload in payloads)
            PlainPackets.Append(buffer, Encoding.ASCII.GetBytes(payload));
        return buffer.Written.ToArray();
    }
}

/// <summary>Frames payloads as they are before the first keys.</summary>
internal static class PlainPackets
{
    private static readonly PlainProtection Plain = new();

    public static void Append(WireBuffer buffer, ReadOnlySpan<byte> payload)
    {
        int start = PacketFraming.Begin(buffer);
        payload.CopyTo(buffer.Extend(payload.Length));
        PacketFraming.End(buffer, start, Plain, new SeededRandom(0));
    }
}
