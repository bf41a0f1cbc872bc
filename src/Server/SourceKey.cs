using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace LucidSsh.Server;

/// <summary>A place clients come from: a network, as its first address in IPv6, where IPv4 is ::ffff:0:0/96.</summary>
internal readonly record struct SourceKey(UInt128 Network)
{
    private const int Bits = 128;
    private const int IPv4Offset = 96;

    public static SourceKey Of(IPAddress address, SourceLimits limits)
    {
        Span<byte> bytes = stackalloc byte[Bits / 8];
        bool isIPv4 = address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6;
        address.MapToIPv6().TryWriteBytes(bytes, out _);
        int prefix = isIPv4 ? IPv4Offset + limits.IPv4PrefixLength : limits.IPv6PrefixLength;
        UInt128 mask = prefix <= 0 ? 0 : UInt128.MaxValue << (Bits - Math.Min(prefix, Bits));
        return new SourceKey(BinaryPrimitives.ReadUInt128BigEndian(bytes) & mask);
    }
}
