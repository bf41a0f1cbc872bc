using System.Numerics;

namespace LucidSsh.Crypto;

/// <summary>The Blowfish block cipher with the salted key schedule of bcrypt ("EksBlowfish"), which is all this project uses of
/// it. Its S-boxes are indexed by secrets: that is the algorithm, and why it serves to stretch pass phrases on one's own
/// machine and nothing else.</summary>
internal sealed class Blowfish : IDisposable
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

    /// <summary>Enciphers one block of two words in place.</summary>
    public void Encrypt(ref uint left, ref uint right)
    {
        uint[] p = _permutation;
        uint l = left ^ p[0], r = right;
        for (int i = 1; i < PermutationWords - 1; i += 2)
        {
            r ^= Mix(l) ^ p[i];
            l ^= Mix(r) ^ p[i + 1];
        }
        left = r ^ p[PermutationWords - 1];
        right = l;
    }

    /// <summary>Zeroes the subkeys.</summary>
    public void Dispose()
    {
        Array.Clear(_permutation);
        Array.Clear(_boxes);
    }

    private void Replace(uint[] words, ReadOnlySpan<uint> salt, ref int next, ref uint left, ref uint right)
    {
        for (int i = 0; i < words.Length; i += 2)
        {
            if (!salt.IsEmpty)
            {
                left ^= salt[next];
                right ^= salt[next + 1];
                next = (next + 2) % salt.Length;
            }
            Encrypt(ref left, ref right);
            words[i] = left;
            words[i + 1] = right;
        }
    }

    private uint Mix(uint x)
    {
        uint[] s = _boxes;
        return ((s[x >> 24] + s[256 + (x >> 16 & 255)]) ^ s[512 + (x >> 8 & 255)]) + s[768 + (x & 255)];
    }

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
            result[i] = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(4 * i));
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
