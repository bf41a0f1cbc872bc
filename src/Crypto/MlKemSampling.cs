using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LucidSsh.Crypto;

/// <summary>Pseudorandom polynomials of ML-KEM from seeds: FIPS 203 section 4.2.2. Four at a time, one per lane of
/// <see cref="KeccakX4"/>.</summary>
internal static class MlKemSampling
{
    /// <summary>The length of a seed in bytes.</summary>
    public const int SeedLength = 32;

    private const int Coefficients = MlKemRing.Coefficients;
    private const int Lanes = KeccakX4.Lanes;

    // Three bytes give two candidates, of which 81 % are below q: three blocks nearly always suffice for 256.
    private const int BlocksAtFirst = 3;

    // PRF_2 gives 64 * 2 bytes: two bits less two bits for each coefficient.
    private const int NoiseBytes = 128;

    /// <summary>The matrix A, or its transpose, in transformed form, row after row: SampleNTT of the seed, the column and the row
    /// (FIPS 203 algorithms 7 and 13). The seed is public, and so is the time this takes.</summary>
    [SkipLocalsInit]
    public static void SampleMatrix(Span<short> matrix, int rank, ReadOnlySpan<byte> seed, bool transposed, bool vectors)
    {
        const int MessageLength = SeedLength + 2;
        Span<byte> messages = stackalloc byte[Lanes * MessageLength];
        int polynomials = rank * rank;
        for (int first = 0; first < polynomials; first += Lanes)
        {
            for (int lane = 0; lane < Lanes; lane++)
            {
                int index = first + lane; // beyond the last, a lane runs idle
                Span<byte> message = messages.Slice(lane * MessageLength, MessageLength);
                seed.CopyTo(message);
                message[SeedLength] = (byte)(transposed ? index / rank : index % rank);
                message[SeedLength + 1] = (byte)(transposed ? index % rank : index / rank);
            }

            int count = Math.Min(Lanes, polynomials - first);
            SampleUniform(matrix.Slice(first * Coefficients, count * Coefficients), messages, vectors);
        }
    }

    /// <summary>Polynomials of the centered binomial distribution with eta = 2, the n-th from PRF(seed, firstNonce + n): FIPS 203
    /// algorithm 8. Small out.</summary>
    [SkipLocalsInit]
    public static void SampleNoise(Span<short> polynomials, ReadOnlySpan<byte> seed, int firstNonce, bool vectors)
    {
        const int MessageLength = SeedLength + 1;
        Span<byte> messages = stackalloc byte[Lanes * MessageLength];
        Span<byte> output = stackalloc byte[Lanes * Keccak.RateOfShake256];
        Span<Vector256<ulong>> state = stackalloc Vector256<ulong>[Keccak.Words];
        int count = polynomials.Length / Coefficients;
        for (int first = 0; first < count; first += Lanes)
        {
            for (int lane = 0; lane < Lanes; lane++)
            {
                seed.CopyTo(messages[(lane * MessageLength)..]);
                messages[lane * MessageLength + SeedLength] = (byte)(firstNonce + first + lane);
            }

            KeccakX4.Absorb(state, messages, Keccak.RateOfShake256);
            KeccakX4.SqueezeBlock(state, output, Keccak.RateOfShake256, Keccak.RateOfShake256, vectors);
            for (int lane = 0; lane < Math.Min(Lanes, count - first); lane++)
            {
                ReadOnlySpan<byte> bytes = output.Slice(lane * Keccak.RateOfShake256, NoiseBytes);
                SampleBinomial(polynomials.Slice((first + lane) * Coefficients, Coefficients), bytes);
            }
        }

        ConstantTime.Zero(messages);
        ConstantTime.Zero(output);
        ConstantTime.Zero(MemoryMarshal.AsBytes(state));
    }

    [SkipLocalsInit]
    private static void SampleUniform(Span<short> polynomials, ReadOnlySpan<byte> messages, bool vectors)
    {
        const int Rate = Keccak.RateOfShake128;
        const int Stride = BlocksAtFirst * Rate;
        Span<byte> output = stackalloc byte[Lanes * Stride];
        Span<Vector256<ulong>> state = stackalloc Vector256<ulong>[Keccak.Words];
        KeccakX4.Absorb(state, messages, Rate);
        for (int block = 0; block < BlocksAtFirst; block++)
            KeccakX4.SqueezeBlock(state, output[(block * Rate)..], Stride, Rate, vectors);

        int count = polynomials.Length / Coefficients;
        Span<int> have = stackalloc int[Lanes];
        bool complete = true;
        for (int lane = 0; lane < count; lane++)
        {
            Span<short> polynomial = polynomials.Slice(lane * Coefficients, Coefficients);
            have[lane] = Accept(polynomial, 0, output.Slice(lane * Stride, Stride));
            complete &= have[lane] == Coefficients;
        }

        while (!complete)
        {
            KeccakX4.SqueezeBlock(state, output, Stride, Rate, vectors);
            complete = true;
            for (int lane = 0; lane < count; lane++)
            {
                Span<short> polynomial = polynomials.Slice(lane * Coefficients, Coefficients);
                have[lane] = Accept(polynomial, have[lane], output.Slice(lane * Stride, Rate));
                complete &= have[lane] == Coefficients;
            }
        }
    }

    /// <summary>Takes candidates of 12 bits below q until the polynomial is full. Returns how many coefficients it has then.
    /// Each candidate is written, and counted only if it is below q: no branch that would be mispredicted.</summary>
    private static int Accept(Span<short> polynomial, int have, ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (have <= polynomial.Length - 4 && at <= bytes.Length - 8)
        {
            ulong four = BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
            Span<short> next = polynomial.Slice(have, 4);
            int count = 0;
            for (int i = 0; i < 4; i++, four >>= 12)
            {
                int candidate = (int)(four & 0xfff);
                next[count] = (short)candidate;
                count += (candidate - MlKemRing.Modulus) >>> 31;
            }

            have += count;
            at += 6;
        }

        for (; have < polynomial.Length && at <= bytes.Length - 3; at += 3)
        {
            int two = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
            for (int i = 0; i < 2 && have < polynomial.Length; i++, two >>= 12)
            {
                int candidate = two & 0xfff;
                polynomial[have] = (short)candidate;
                have += (candidate - MlKemRing.Modulus) >>> 31;
            }
        }

        return have;
    }

    /// <summary>Of each four bits, the first two's sum less the last two's.</summary>
    private static void SampleBinomial(Span<short> polynomial, ReadOnlySpan<byte> bytes)
    {
        Vector256<byte> evenBits = Vector256.Create((byte)0b01010101);
        Vector256<byte> evenPairs = Vector256.Create((byte)0b00110011);
        ReadOnlySpan<Vector256<byte>> input = MemoryMarshal.Cast<byte, Vector256<byte>>(bytes);
        Span<Vector256<short>> output = MemoryMarshal.Cast<short, Vector256<short>>(polynomial);
        for (int i = 0; i < input.Length; i++)
        {
            // Within a byte nothing is carried out of a nibble: 4 more than the difference is 1 .. 7.
            Vector256<byte> sums = (input[i] & evenBits) + ((input[i] >>> 1) & evenBits);
            Vector256<byte> nibbles = (sums & evenPairs) + Vector256.Create((byte)0x44) - ((sums >>> 2) & evenPairs);
            (Vector256<ushort> lower, Vector256<ushort> upper) = Vector256.Widen(nibbles);
            (Vector256<uint> part0, Vector256<uint> part1) = Vector256.Widen(lower);
            (Vector256<uint> part2, Vector256<uint> part3) = Vector256.Widen(upper);
            output[4 * i] = Differences(part0);
            output[4 * i + 1] = Differences(part1);
            output[4 * i + 2] = Differences(part2);
            output[4 * i + 3] = Differences(part3);
        }
    }

    /// <summary>The two nibbles of each word's lowest byte, less 4, as its two halves.</summary>
    private static Vector256<short> Differences(Vector256<uint> bytes)
    {
        Vector256<uint> nibbles = (bytes & Vector256.Create(0x0fu)) | ((bytes << 12) & Vector256.Create(0x000f0000u));
        return nibbles.AsInt16() - Vector256.Create((short)4);
    }
}
