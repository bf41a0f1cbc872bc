using System.Buffers.Binary;
using LucidSsh.Crypto;
using LucidSsh.Transport;

namespace LucidSsh.Benchmarks.Comparison;

/// <summary>Both ends of one direction's packet protection, and a packet.</summary>
internal sealed class PacketPair
{
    private readonly IPacketSealer _sealer;
    private readonly IPacketOpener _opener;
    private readonly byte[] _packet;
    private readonly byte[] _body;
    private readonly byte[] _tag;
    private uint _sequence;

    /// <param name="algorithms">The protection.</param>
    /// <param name="length">The packet's bytes, without packet_length where that does not count for the block.</param>
    public PacketPair(DirectionAlgorithms algorithms, int length)
    {
        KeyDerivation derivation = new(HashName.Sha256, new Secret(32), new byte[32], new byte[32]);
        _sealer = algorithms.CreateSealer(derivation, clientToServer: true);
        _opener = algorithms.CreateOpener(derivation, clientToServer: true);
        _body = new byte[_sealer.LengthIsAligned ? length - sizeof(uint) : length];
        _packet = new byte[sizeof(uint) + _body.Length];
        _tag = new byte[_sealer.TagLength];
    }

    public void SealAndOpen()
    {
        BinaryPrimitives.WriteInt32BigEndian(_packet, _body.Length);
        _sealer.Seal(_sequence, _packet, _tag);
        bool right = _opener.ReadLength(_sequence, _packet.AsSpan(0, _opener.HeadLength)) == (uint)_body.Length
            && _opener.Open(_sequence++, _packet, _tag, _body);
        if (!right)
            throw new InvalidOperationException("A packet could not be opened.");
    }
}
