using System.Buffers;
using System.Buffers.Binary;
using LucidSsh.Crypto;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Fuzz;

/// <summary>One side of a handshake, fed what the other may say. All randomness is seeded, so that a recorded peer is understood
/// again, beyond NEWKEYS too. The first byte says what follows: an even one a stream as it is, an odd one payloads, each behind its
/// length in two bytes, which are framed here so that a change does not end at the frame.</summary>
internal sealed class KexTarget(TransportRole role) : IFuzzTarget
{
    private const byte Stream = 0;
    private const byte Payloads = 1;
    private const int ClientSeed = 1;
    private const int ServerSeed = 2;
    private const int HostKeySeed = 3;

    private static readonly PrivateKey[] HostKeys =
    [
        PrivateKey.Generate("ssh-ed25519", 0, new SeededRandom(HostKeySeed)),
        PrivateKey.Generate("ecdsa-sha2-nistp256", 0, new SeededRandom(HostKeySeed)),
    ];

    public string Name => role == TransportRole.Server ? "kexinit-server" : "kexinit-client";

    // Buffers of both directions, a key exchange's numbers, the trace's ring.
    public long FixedAllocation => 4 * 1024 * 1024;

    public IEnumerable<byte[]> Seeds
    {
        get
        {
            AlgorithmPreferences all = AlgorithmPreferences.Default;
            AlgorithmPreferences[] peers =
            [
                all,
                all.Apply(keyExchange: "ecdh-sha2-nistp256", hostKeys: "ecdsa-sha2-nistp256", ciphers: "aes256-gcm@openssh.com"),
                all.Apply(keyExchange: "curve25519-sha256", ciphers: "aes128-ctr", macs: "hmac-sha2-256-etm@openssh.com"),
                all.Apply(keyExchange: "curve25519-sha256", ciphers: "aes256-ctr", macs: "hmac-sha2-512"),
            ];
            foreach (AlgorithmPreferences peer in peers)
            {
                (byte[] stream, byte[] payloads) = Record(peer);
                yield return [Stream, .. stream];
                yield return [Payloads, .. payloads];
            }
        }
    }

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return;
        byte[] stream = (input[0] & 1) == Stream ? input[1..].ToArray() : Frame(input[1..]);
        using TransportEngine engine = Engine(role, AlgorithmPreferences.Default);
        engine.Start();
        Feed(engine, new ReadOnlySequence<byte>(stream));
    }

    private static TransportEngine Engine(TransportRole role, AlgorithmPreferences algorithms) => new(
        role,
        new TransportOptions { Algorithms = algorithms, HostKeys = role == TransportRole.Server ? [.. HostKeys] : [] },
        Listener.Instance,
        Listener.Instance,
        new SeededRandom(role == TransportRole.Client ? ClientSeed : ServerSeed),
        new Tracer(TimeProvider.System),
        wake: () => { });

    private static SequencePosition Feed(TransportEngine engine, ReadOnlySequence<byte> input)
    {
        while (true)
        {
            input = input.Slice(engine.Receive(input));
            if (engine.UndecidedHostKey is null)
                return input.Start;
            engine.AcceptHostKey();
        }
    }

    private static byte[] Frame(ReadOnlySpan<byte> payloads)
    {
        WireBuffer buffer = new();
        "SSH-2.0-Fuzz\r\n"u8.CopyTo(buffer.Extend(14));
        while (payloads.Length >= sizeof(ushort))
        {
            int length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(payloads), payloads.Length - sizeof(ushort));
            PlainPackets.Append(buffer, payloads.Slice(sizeof(ushort), length));
            payloads = payloads[(sizeof(ushort) + length)..];
        }

        return buffer.Written.ToArray();
    }

    // Two machines talk until both have keys; then the peer says a few things more. What the peer said is the seed.
    private (byte[] Stream, byte[] Payloads) Record(AlgorithmPreferences peerAlgorithms)
    {
        TransportRole peerRole = role == TransportRole.Server ? TransportRole.Client : TransportRole.Server;
        using TransportEngine peer = Engine(peerRole, peerAlgorithms);
        using TransportEngine own = Engine(role, AlgorithmPreferences.Default);
        WireBuffer said = new(), heard = new();
        int heardUsed = 0, saidUsed = 0, plainLength = 0;
        peer.Start();
        own.Start();
        while (Take(peer, said) | Take(own, heard))
        {
            if (!own.IsEstablished)
                plainLength = said.Length;
            saidUsed += Hear(own, said, saidUsed);
            heardUsed += Hear(peer, heard, heardUsed);
        }

        if (!peer.IsEstablished || !own.IsEstablished)
            throw new InvalidOperationException("The recorded handshake did not come to its end.");
        peer.Outbound.Send(new Ping("fuzz"u8));
        peer.Outbound.Send(new Ignore("ignored"u8));
        if (peerRole == TransportRole.Client)
            peer.Outbound.Send(new ServiceRequest("ssh-userauth"));
        else
            peer.Outbound.Send(new ServiceAccept("ssh-userauth"));
        peer.Outbound.Send(new Disconnect(DisconnectReason.ByApplication, "done", ""));
        Take(peer, said);
        return (said.Written.ToArray(), PayloadsOf(said.Written[..plainLength]));
    }

    private static bool Take(TransportEngine engine, WireBuffer to)
    {
        WireBuffer taken = new();
        if (!engine.Outbound.TryTake(ref taken))
            return false;
        taken.Written.CopyTo(to.Extend(taken.Length));
        return true;
    }

    private static int Hear(TransportEngine engine, WireBuffer from, int at)
    {
        ReadOnlySequence<byte> input = new(from.WrittenMemory[at..]);
        return (int)input.Slice(input.Start, Feed(engine, input)).Length;
    }

    private static byte[] PayloadsOf(ReadOnlySpan<byte> stream)
    {
        using InboundPackets packets = new();
        ReadOnlySequence<byte> rest = new(stream[(stream.IndexOf((byte)'\n') + 1)..].ToArray());
        WireBuffer payloads = new();
        // Behind NEWKEYS begins what only the keys can read.
        for (bool plain = true; plain && packets.TryRead(ref rest, out ReadOnlySpan<byte> payload); plain = payload[0] != (byte)MessageNumber.NewKeys)
        {
            BinaryPrimitives.WriteUInt16BigEndian(payloads.Extend(sizeof(ushort)), (ushort)payload.Length);
            payload.CopyTo(payloads.Extend(payload.Length));
        }

        return payloads.Written.ToArray();
    }

    private sealed class Listener : IMessageReceiver
    {
        public static readonly Listener Instance = new();

        public void Receive(MessageNumber number, ReadOnlySpan<byte> payload)
        {
        }

        public void TransportClosed(SshException reason)
        {
        }
    }
}
