using LucidSsh.Wire;

namespace LucidSsh.Tests.Harness;

/// <summary>What holds for the encoding of every message: it is read back, and damage of any kind ends in a typed error.</summary>
internal static class Codec
{
    /// <summary>Encodes, decodes, encodes again: the bytes are the same; then damages them in every way.</summary>
    public static void Check<TMessage>(scoped in TMessage message)
        where TMessage : IMessage<TMessage>, allows ref struct
    {
        byte[] payload = Message.ToArray(message);
        Assert.Equal((byte)TMessage.Number, payload[0]);
        Assert.Equal(payload, Message.ToArray(Message.Decode<TMessage>(payload)));

        for (int length = 0; length < payload.Length; length++)
            MayFail<TMessage>(payload.AsSpan(0, length));
        for (int i = 0; i < payload.Length; i++)
        {
            foreach (byte mask in (byte[])[0x01, 0x80, 0xff])
            {
                byte[] damaged = [.. payload];
                damaged[i] ^= mask;
                MayFail<TMessage>(damaged);
            }
        }

        MayFail<TMessage>([.. payload, 0]);
    }

    /// <summary>Decoding succeeds or throws what is documented, and allocates in proportion to its input.</summary>
    public static void MayFail<TMessage>(ReadOnlySpan<byte> payload)
        where TMessage : IMessage<TMessage>, allows ref struct
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            Message.Decode<TMessage>(payload);
        }
        catch (PeerMisbehavedException exception)
        {
            Assert.Equal(SshErrorCode.Malformed, exception.Code);
        }

        // An exception with its stack takes some kilobytes; what is read, a few times its own size.
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 64 * 1024 + 64 * payload.Length);
    }
}
