using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace LucidSsh.Crypto;

/// <summary>Words in memory in a stated byte order, at any alignment, for the kernels that work on pointers.</summary>
internal static unsafe class Words
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint BigEndian32(byte* at) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(*(uint*)at) : *(uint*)at;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong BigEndian64(byte* at) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(*(ulong*)at) : *(ulong*)at;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint LittleEndian32(byte* at) =>
        BitConverter.IsLittleEndian ? *(uint*)at : BinaryPrimitives.ReverseEndianness(*(uint*)at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong LittleEndian64(byte* at) =>
        BitConverter.IsLittleEndian ? *(ulong*)at : BinaryPrimitives.ReverseEndianness(*(ulong*)at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLittleEndian32(byte* at, uint word) =>
        *(uint*)at = BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLittleEndian64(byte* at, ulong word) =>
        *(ulong*)at = BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);
}
