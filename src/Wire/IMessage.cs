namespace LucidSsh.Wire;

/// <summary>One SSH message: its number, and both directions of its encoding in one place, under its RFC's table.</summary>
internal interface IMessage<TSelf>
    where TSelf : IMessage<TSelf>, allows ref struct
{
    /// <summary>The message number, the payload's first byte.</summary>
    static abstract MessageNumber Number { get; }

    /// <summary>Reads the fields after the number. Spans in the result lie in the payload.</summary>
    static abstract TSelf Read(scoped ref SshReader reader);

    /// <summary>Writes the fields after the number.</summary>
    void Write(scoped ref SshWriter writer);
}

/// <summary>Encodes and decodes whole payloads.</summary>
internal static class Message
{
    /// <summary>Appends number and fields to <paramref name="buffer"/>.</summary>
    public static void Encode<TMessage>(WireBuffer buffer, scoped in TMessage message)
        where TMessage : IMessage<TMessage>, allows ref struct
    {
        SshWriter writer = new(buffer);
        writer.Byte((byte)TMessage.Number);
        message.Write(ref writer);
    }

    /// <summary>The payload of <paramref name="message"/> in an array of its own.</summary>
    public static byte[] ToArray<TMessage>(scoped in TMessage message)
        where TMessage : IMessage<TMessage>, allows ref struct
    {
        WireBuffer buffer = new();
        Encode(buffer, message);
        byte[] payload = buffer.Written.ToArray();
        buffer.Zero(); // it may hold a password; the caller zeroes the array where it does
        return payload;
    }

    /// <summary>Reads a payload that must be a <typeparamref name="TMessage"/> from its first byte to its last.</summary>
    /// <exception cref="PeerMisbehavedException">The payload has another number, is too short, or has bytes left over; the
    /// message names the field.</exception>
    public static TMessage Decode<TMessage>(ReadOnlySpan<byte> payload)
        where TMessage : IMessage<TMessage>, allows ref struct
    {
        SshReader reader = new(payload);
        byte number = reader.Byte("message number");
        if (reader.Fault is null && number != (byte)TMessage.Number)
            reader.Fail($"message number is {number}, expected {(byte)TMessage.Number}");
        TMessage message = TMessage.Read(ref reader);
        if (!reader.Complete())
            throw PeerMisbehavedException.Malformed(TMessage.Number, reader.Fault!);
        return message;
    }
}
