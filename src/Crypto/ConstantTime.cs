using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace LucidSsh.Crypto;

/// <summary>Branch-free comparison and selection. A control word is exactly 0 or 1; a mask is 0 or all ones. Nothing here
/// branches on, divides by, or indexes with a value it is given.</summary>
internal static class ConstantTime
{
    /// <summary>All ones when <paramref name="bit"/> is 1, zero when it is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mask(ulong bit) => 0ul - bit;

    /// <summary>1 when <paramref name="value"/> is zero, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong IsZero(ulong value) => ((value | (0ul - value)) >> 63) ^ 1;

    /// <summary>1 when the two are equal, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Equal(ulong left, ulong right) => IsZero(left ^ right);

    /// <summary><paramref name="ifOne"/> where <paramref name="mask"/> is all ones, <paramref name="ifZero"/> where it is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Select(ulong mask, ulong ifOne, ulong ifZero) => ifZero ^ (mask & (ifOne ^ ifZero));

    /// <summary>Compares two byte strings in time that depends on their lengths alone; the lengths are public.</summary>
    public static bool Equal(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        CryptographicOperations.FixedTimeEquals(left, right);

    /// <summary>Overwrites a secret; the compiler never removes the write.</summary>
    public static void Zero(Span<byte> secret) => CryptographicOperations.ZeroMemory(secret);

    /// <summary>Overwrites secret limbs; the compiler never removes the write.</summary>
    public static void Zero(Span<ulong> secret) =>
        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(secret));

    /// <summary>Overwrites a secret value; the compiler never removes the write.</summary>
    public static void Zero<T>(ref T secret)
        where T : unmanaged =>
        CryptographicOperations.ZeroMemory(
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(new Span<T>(ref secret)));
}
