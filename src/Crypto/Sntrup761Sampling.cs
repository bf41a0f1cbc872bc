using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LucidSsh.Crypto;

/// <summary>Random small polynomials of sntrup761, in constant time.</summary>
internal static class Sntrup761Sampling
{
    /// <summary>w: the coefficients of a short polynomial that are not zero.</summary>
    public const int Weight = 286;

    private const int Coefficients = Sntrup761Ring.Coefficients;

    /// <summary>Coefficients -1, 0, 1, each as likely as the others to one part in 2^30.</summary>
    [SkipLocalsInit]
    public static void SampleSmall(Span<short> polynomial, IRandomSource random)
    {
        Span<uint> words = stackalloc uint[Coefficients];
        random.Fill(MemoryMarshal.AsBytes(words));
        polynomial.Clear();
        for (int i = 0; i < Coefficients; i++)
            polynomial[i] = (short)((((words[i] & 0x3fffffff) * 3) >> 30) - 1);
        ConstantTime.Zero(MemoryMarshal.AsBytes(words));
    }

    /// <summary>A polynomial with exactly 286 coefficients 1 or -1: those marked in their two lowest bits, brought into the order of
    /// the thirty random bits above.</summary>
    [SkipLocalsInit]
    public static void SampleShort(Span<short> polynomial, IRandomSource random)
    {
        Span<uint> words = stackalloc uint[Coefficients];
        random.Fill(MemoryMarshal.AsBytes(words));
        for (int i = 0; i < Coefficients; i++)
            words[i] = i < Weight ? words[i] & ~1u : (words[i] & ~3u) | 1; // 0 or 2, and 1
        Sort(words);
        polynomial.Clear();
        for (int i = 0; i < Coefficients; i++)
            polynomial[i] = (short)((int)(words[i] & 3) - 1);
        ConstantTime.Zero(MemoryMarshal.AsBytes(words));
    }

    /// <summary>Batcher's merge exchange (Knuth, The Art of Computer Programming 3, algorithm 5.2.2M): which words meet depends on
    /// their number alone.</summary>
    internal static void Sort(Span<uint> words)
    {
        int top = 1;
        while (top < words.Length - top)
            top += top;
        for (int p = top; p > 0; p >>= 1)
        {
            int r = 0;
            int distance = p;
            for (int q = top; ; q >>= 1)
            {
                for (int i = 0; i < words.Length - distance; i++)
                {
                    if ((i & p) == r)
                        Order(ref words[i], ref words[i + distance]);
                }

                if (q == p)
                    break;
                distance = q - p;
                r = p;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Order(ref uint low, ref uint high)
    {
        uint exchange = (low ^ high) & (uint)(((long)high - low) >> 63);
        low ^= exchange;
        high ^= exchange;
    }
}
