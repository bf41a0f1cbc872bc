using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace LucidSsh.Crypto;

/// <summary>The Blowfish block cipher with the salted key schedule of bcrypt ("EksBlowfish"), which is all this project uses of
/// it. Its S-boxes are indexed by secrets: that is the algorithm, and why it serves to stretch pass phrases on one's own
/// machine and nothing else.</summary>
internal sealed unsafe class Blowfish : IDisposable
{
    private const int PermutationWords = 18;
    private const int BoxWords = 4 * 256;

    // The subkeys before any key: the first 33,344 fraction bits of pi, permutation array first.
    private static readonly Lazy<uint[]> s_pi = new(() => PiFraction(PermutationWords + BoxWords));

    private readonly uint[] _permutation = GC.AllocateArray<uint>(PermutationWords, pinned: true);
    private readonly uint[] _boxes = GC.AllocateArray<uint>(BoxWords, pinned: true);

    /// <summary>Back to the subkeys before any key.</summary>
    public void Reset()
    {
        s_pi.Value.AsSpan(0, PermutationWords).CopyTo(_permutation);
        s_pi.Value.AsSpan(PermutationWords).CopyTo(_boxes);
    }

    /// <summary>Mixes <paramref name="key"/> in, and enciphers all subkeys, each block exclusive-ored with the next 8 bytes of
    /// <paramref name="salt"/> first. Both are read round and round as big-endian words; an empty salt is one of zeros.</summary>
    public void ExpandKey(ReadOnlySpan<uint> salt, ReadOnlySpan<uint> key)
    {
        for (int i = 0; i < PermutationWords; i++)
        {
            _permutation[i] ^= key[i % key.Length];
        }
        uint left = 0, right = 0;
        int next = 0;
        Replace(_permutation, salt, ref next, ref left, ref right);
        Replace(_boxes, salt, ref next, ref left, ref right);
    }

    /// <summary>Enciphers one block of two words in place, <paramref name="times"/> over.</summary>
    public void Encrypt(ref uint left, ref uint right, int times)
    {
        fixed (uint* permutation = _permutation, boxes = _boxes)
        {
            for (int i = 0; i < times; i++)
            {
                Encrypt(permutation, boxes, ref left, ref right);
            }
        }
    }

    /// <summary>Zeroes the subkeys.</summary>
    public void Dispose()
    {
        Array.Clear(_permutation);
        Array.Clear(_boxes);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void Replace(uint[] words, ReadOnlySpan<uint> salt, ref int next, ref uint left, ref uint right)
    {
        fixed (uint* permutation = _permutation, boxes = _boxes)
        {
            uint l = left, r = right;
            for (int i = 0; i < words.Length; i += 2)
            {
                if (!salt.IsEmpty)
                {
                    l ^= salt[next];
                    r ^= salt[next + 1];
                    next = (next + 2) % salt.Length;
                }
                Encrypt(permutation, boxes, ref l, ref r);
                words[i] = l;
                words[i + 1] = r;
            }
            left = l;
            right = r;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Encrypt(uint* permutation, uint* boxes, ref uint left, ref uint right)
    {
        uint l = left ^ permutation[0], r = right;
        for (int i = 1; i < PermutationWords - 1; i += 2)
        {
            r ^= Mix(boxes, l) ^ permutation[i];
            l ^= Mix(boxes, r) ^ permutation[i + 1];
        }
        left = r ^ permutation[PermutationWords - 1];
        right = l;
    }

    // The index is a byte: it cannot leave its box.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Mix(uint* boxes, uint x) =>
        ((boxes[x >> 24] + boxes[256 + (byte)(x >> 16)]) ^ boxes[512 + (byte)(x >> 8)]) + boxes[768 + (byte)x];

    // Machin: pi = 16 arctan(1/5) - 4 arctan(1/239), in fixed point with 64 bits to spare for the roundings.
    private static uint[] PiFraction(int words)
    {
        const int Guard = 64;
        BigInteger one = BigInteger.One << 32 * words + Guard;
        BigInteger fraction = (16 * InverseTangent(one, 5) - 4 * InverseTangent(one, 239) - 3 * one) >> Guard;
        byte[] bytes = fraction.ToByteArray(isUnsigned: true, isBigEndian: true);
        uint[] result = new uint[words];
        for (int i = 0; i < words; i++)
        {
            result[i] = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(4 * i));
        }
        return result;
    }

    // arctan(1/x) = 1/x - 1/3x^3 + 1/5x^5 - ...
    private static BigInteger InverseTangent(BigInteger one, int x)
    {
        BigInteger power = one / x, sum = power;
        for (int n = 3; !power.IsZero; n += 2)
        {
            power /= -x * x;
            sum += power / n;
        }
        return sum;
    }
}
