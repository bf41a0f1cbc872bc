using System.Buffers;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Harness;

/// <summary>One transport engine without tasks or sockets: a test carries the bytes, and decides which and when.</summary>
internal sealed class EngineEnd
{
    private byte[] _unread = [];

    public EngineEnd(TransportRole role, TransportOptions options, int seed)
    {
        Engine = new TransportEngine(role, options, Receiver, Receiver, new ReplayedRandom(seed), new Tracer(TimeProvider.System), wake: () => { });
        Engine.Start();
    }

    public TransportEngine Engine { get; }

    public RecordingReceiver Receiver { get; } = new();

    /// <summary>A client and a server before their first bytes; the same in every run.</summary>
    public static (EngineEnd Client, EngineEnd Server) Connect(Func<TransportOptions, TransportOptions>? both = null)
    {
        both ??= options => options;
        return (
            new EngineEnd(TransportRole.Client, both(new TransportOptions()), seed: 1),
            new EngineEnd(TransportRole.Server, both(new TransportOptions { HostKeys = [TransportPair.HostKey] }), seed: 2));
    }

    /// <summary>Carries bytes both ways until neither side has any.</summary>
    public static void Pump(EngineEnd one, EngineEnd other)
    {
        while (true)
        {
            byte[] there = one.Take();
            byte[] back = other.Take();
            if (there.Length + back.Length == 0)
                return;
            other.Receive(there);
            one.Receive(back);
        }
    }

    /// <summary>Everything that is ready for the network.</summary>
    public byte[] Take()
    {
        WireBuffer buffer = new();
        return Engine.Outbound.TryTake(ref buffer) ? buffer.Written.ToArray() : [];
    }

    /// <summary>Shows the engine bytes from the network; every host key is accepted.</summary>
    public void Receive(byte[] bytes)
    {
        _unread = [.. _unread, .. bytes];
        while (true)
        {
            ReadOnlySequence<byte> input = new(_unread);
            SequencePosition consumed = Engine.Receive(input);
            _unread = input.Slice(consumed).ToArray();
            if (Engine.UndecidedHostKey is null)
                return;
            Engine.AcceptHostKey();
        }
    }

    /// <summary>A message as a packet under this side's present keys, whatever the rules say about the moment.</summary>
    public byte[] Seal<TMessage>(scoped in TMessage message)
        where TMessage : IMessage<TMessage>, allows ref struct
    {
        Assert.Empty(Take());
        Engine.Outbound.Send(message);
        return Take();
    }
}
