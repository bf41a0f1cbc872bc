using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LucidSsh.Crypto;

/// <summary>UMAC's first layer, the NH hash (RFC 4418 section 5.2.2): of every eight words, each of the first four plus its key
/// times its partner in the second four plus its key, all summed modulo 2^64.</summary>
internal static unsafe class UmacKernels
{
    /// <summary>The sum over a multiple of 32 bytes.</summary>
    public static ulong Multiply(uint* keys, byte* message, int length) => Multiply(keys, message, length, VectorPaths.Best);

    /// <summary>The same by a chosen kind of kernel.</summary>
    internal static ulong Multiply(uint* keys, byte* message, int length, VectorPath path)
    {
        int byVector = path >= VectorPath.Vector256 ? length & -64 : 0;
        ulong sum = byVector > 0 ? MultiplyVector256(keys, message, byVector) : 0;
        return byVector < length ? sum + MultiplyScalar(keys + byVector / 4, message + byVector, length - byVector) : sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static ulong MultiplyVector256(uint* keys, byte* message, int length)
    {
        Vector256<ulong> sum = default;
        for (int i = 0; i < length; i += 64, keys += 16)
        {
            Vector256<uint> a = Vector256.Load(message + i).AsUInt32() + Vector256.Load(keys);
            Vector256<uint> b = Vector256.Load(message + i + 32).AsUInt32() + Vector256.Load(keys + 8);
            Vector256<uint> left = Avx2.Permute2x128(a, b, 0x20), right = Avx2.Permute2x128(a, b, 0x31);
            sum += Avx2.Multiply(left, right);
            sum += Avx2.Multiply((left.AsUInt64() >>> 32).AsUInt32(), (right.AsUInt64() >>> 32).AsUInt32());
        }
        return Vector256.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static ulong MultiplyScalar(uint* keys, byte* message, int length)
    {
        ulong sum = 0;
        for (int i = 0; i < length; i += 32, keys += 8)
        {
            byte* words = message + i;
            sum += (ulong)(Words.LittleEndian32(words) + keys[0]) * (Words.LittleEndian32(words + 16) + keys[4]);
            sum += (ulong)(Words.LittleEndian32(words + 4) + keys[1]) * (Words.LittleEndian32(words + 20) + keys[5]);
            sum += (ulong)(Words.LittleEndian32(words + 8) + keys[2]) * (Words.LittleEndian32(words + 24) + keys[6]);
            sum += (ulong)(Words.LittleEndian32(words + 12) + keys[3]) * (Words.LittleEndian32(words + 28) + keys[7]);
        }
        return sum;
    }
}
