namespace LucidSsh.Transport;

/// <summary>Seals packets in one direction under one set of keys.</summary>
internal interface IPacketSealer : IDisposable
{
    /// <summary>What a packet's length is a multiple of, in bytes; 8 at least.</summary>
    int BlockSize { get; }

    /// <summary>True when the four bytes of packet_length count for that multiple: wherever the length is encrypted with the rest.</summary>
    bool LengthIsAligned { get; }

    /// <summary>Bytes of tag behind the packet.</summary>
    int TagLength { get; }

    /// <summary>Encrypts a packet, from packet_length to the padding's end, in place, and makes its tag.</summary>
    void Seal(uint sequence, Span<byte> packet, Span<byte> tag);
}

/// <summary>Opens packets in one direction under one set of keys.</summary>
internal interface IPacketOpener : IDisposable
{
    /// <summary>Bytes that are needed before the length is known.</summary>
    int HeadLength { get; }

    /// <summary>What a packet's length is a multiple of, in bytes.</summary>
    int BlockSize { get; }

    /// <summary>True when the four bytes of packet_length count for that multiple.</summary>
    bool LengthIsAligned { get; }

    /// <summary>Bytes of tag behind the packet.</summary>
    int TagLength { get; }

    /// <summary>packet_length, which is not authentic yet. Called exactly once for each packet.</summary>
    uint ReadLength(uint sequence, ReadOnlySpan<byte> head);

    /// <summary>Verifies a packet and decrypts it.</summary>
    /// <param name="sequence">The packet's sequence number.</param>
    /// <param name="packet">From packet_length to the padding's end, as received.</param>
    /// <param name="tag">The tag behind it.</param>
    /// <param name="body">Gets everything behind packet_length in the clear; it does not overlap <paramref name="packet"/>.</param>
    /// <returns>False when the packet is not what the peer sealed; <paramref name="body"/> has no meaning then.</returns>
    bool Open(uint sequence, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> tag, Span<byte> body);
}
