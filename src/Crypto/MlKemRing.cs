using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace LucidSsh.Crypto;

/// <summary>Arithmetic of ML-KEM (FIPS 203): polynomials of 256 coefficients modulo q = 3329 and X^256 + 1, and their number
/// theoretic transforms. This class is the plain form, its subclass the vectorised one; both give the same words. Products are
/// Montgomery's, with R = 2^16. Constant time: no branch and no division on coefficients.
/// <para>Bounds. A <i>canonical</i> coefficient is 0 .. q - 1, a <i>reduced</i> one 0 .. q, a <i>small</i> one within q of
/// zero.</para></summary>
internal class MlKemRing
{
    /// <summary>n: the coefficients of a polynomial.</summary>
    public const int Coefficients = 256;

    /// <summary>q: FIPS 203 section 2.4.1.</summary>
    public const short Modulus = 3329;

    /// <summary>1/q modulo R.</summary>
    protected const short ModulusInverse = -3327;

    /// <summary>R^2 modulo q.</summary>
    protected const short RSquared = 1353;

    /// <summary>R/128 modulo q: a Montgomery factor that divides by the 128 by which seven butterflies multiply.</summary>
    protected const short InverseOf128 = 512;

    /// <summary>2^26 / q, rounded.</summary>
    protected const short BarrettFactor = 20159;

    /// <summary>2^36 / q, rounded up: for n below 2^24 the error shifts n / q by less than 2^-12, which is less than 1/q.</summary>
    protected const uint Reciprocal = 20642679;

    /// <summary>See <see cref="Reciprocal"/>.</summary>
    protected const int ReciprocalShift = 36;

    /// <summary>17^BitRev7(i) R modulo q, within q/2 of zero: FIPS 203 appendix A.</summary>
    protected static readonly short[] Zetas = ComputeZetas();

    /// <summary>The ring on this machine.</summary>
    public static MlKemRing Best { get; } = Avx2.IsSupported ? new MlKemRingAvx2() : new MlKemRing();

    /// <summary>The ring in plain words, and Keccak one instance at a time.</summary>
    public static MlKemRing Portable { get; } = new();

    /// <summary>Whether four instances of Keccak run side by side.</summary>
    public virtual bool Vectors => false;

    /// <summary>a = a + b; the caller keeps sums within a word.</summary>
    public virtual void Add(Span<short> a, ReadOnlySpan<short> b)
    {
        for (int i = 0; i < Coefficients; i++)
            a[i] += b[i];
    }

    /// <summary>a = a - b; the caller keeps differences within a word.</summary>
    public virtual void Subtract(Span<short> a, ReadOnlySpan<short> b)
    {
        for (int i = 0; i < Coefficients; i++)
            a[i] -= b[i];
    }

    /// <summary>Makes any coefficients canonical.</summary>
    public virtual void Canonicalize(Span<short> polynomial)
    {
        for (int i = 0; i < Coefficients; i++)
        {
            int below = Barrett(polynomial[i]) - Modulus;
            polynomial[i] = (short)(below + ((below >> 31) & Modulus));
        }
    }

    /// <summary>Compress of FIPS 203 section 4.2.1, in place: x becomes round(2^bits x / q) modulo 2^bits; canonical in, up to 11
    /// bits. A division by q would betray x by its time.</summary>
    public virtual void Compress(Span<short> polynomial, int bits)
    {
        ulong mask = (1ul << bits) - 1;
        for (int i = 0; i < Coefficients; i++)
        {
            ulong numerator = ((ulong)polynomial[i] << bits) + Modulus / 2;
            polynomial[i] = (short)(((numerator * Reciprocal) >> ReciprocalShift) & mask);
        }
    }

    /// <summary>NTT, FIPS 203 algorithm 9, in place: small in, reduced out. Each of the seven steps adds less than q, so that
    /// coefficients stay within 8 q of zero until they are reduced.</summary>
    public virtual void Transform(Span<short> polynomial)
    {
        int next = 1;
        for (int length = 128; length >= 2; length >>= 1)
        {
            for (int start = 0; start < Coefficients; start += 2 * length)
            {
                short zeta = Zetas[next++];
                Span<short> low = polynomial.Slice(start, length);
                Span<short> high = polynomial.Slice(start + length, length);
                for (int j = 0; j < low.Length && j < high.Length; j++)
                {
                    short product = MontgomeryMultiply(high[j], zeta);
                    high[j] = (short)(low[j] - product);
                    low[j] += product;
                }
            }
        }

        for (int i = 0; i < Coefficients; i++)
            polynomial[i] = Barrett(polynomial[i]);
    }

    /// <summary>The inverse of NTT, FIPS 203 algorithm 10, in place: small in, small out.</summary>
    public virtual void InverseTransform(Span<short> polynomial)
    {
        int next = 127;
        for (int length = 2; length <= 128; length <<= 1)
        {
            for (int start = 0; start < Coefficients; start += 2 * length)
            {
                short zeta = Zetas[next--];
                Span<short> low = polynomial.Slice(start, length);
                Span<short> high = polynomial.Slice(start + length, length);
                for (int j = 0; j < low.Length && j < high.Length; j++)
                {
                    short difference = (short)(high[j] - low[j]);
                    low[j] = Barrett((short)(low[j] + high[j]));
                    high[j] = MontgomeryMultiply(difference, zeta);
                }
            }
        }

        for (int i = 0; i < Coefficients; i++)
            polynomial[i] = MontgomeryMultiply(polynomial[i], InverseOf128);
    }

    /// <summary>The sum of the products of <paramref name="left"/>'s and <paramref name="right"/>'s transformed polynomials (up to
    /// four), FIPS 203 algorithms 11 and 12: reduced in, small out. A sum of eight products of 0 .. q stays below 2^15 q, which
    /// Montgomery's reduction takes.</summary>
    public virtual void SumOfProducts(Span<short> result, ReadOnlySpan<short> left, ReadOnlySpan<short> right)
    {
        for (int i = 0; i < Coefficients; i += 2)
        {
            short zeta = Zetas[64 + i / 4];
            short gamma = (i & 2) == 0 ? zeta : (short)-zeta; // 17^(2 BitRev7(i) + 1)
            int even = 0;
            int odd = 0;
            for (int j = i; j < left.Length; j += Coefficients)
            {
                even += left[j] * right[j] + left[j + 1] * MontgomeryMultiply(right[j + 1], gamma);
                odd += left[j] * right[j + 1] + left[j + 1] * right[j];
            }

            result[i] = MontgomeryMultiply(MontgomeryReduce(even), RSquared);
            result[i + 1] = MontgomeryMultiply(MontgomeryReduce(odd), RSquared);
        }
    }

    /// <summary>value / R modulo q, small; value within 2^15 q of zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static short MontgomeryReduce(int value)
    {
        short quotient = (short)(value * ModulusInverse);
        return (short)((value - quotient * Modulus) >> 16);
    }

    /// <summary>a b / R modulo q, small; one of them small, the other any word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static short MontgomeryMultiply(short a, short b) => MontgomeryReduce(a * b);

    /// <summary>Any word modulo q, reduced: q itself comes out for negative multiples of q.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static short Barrett(short value) => (short)(value - ((value * BarrettFactor) >> 26) * Modulus);

    private static short[] ComputeZetas()
    {
        short[] zetas = new short[128];
        int power = (1 << 16) % Modulus; // 17^0 R
        for (int i = 0; i < zetas.Length; i++, power = power * 17 % Modulus)
        {
            int reversed = 0;
            for (int bit = 0; bit < 7; bit++)
                reversed |= ((i >> bit) & 1) << (6 - bit);
            zetas[reversed] = (short)(power > Modulus / 2 ? power - Modulus : power);
        }

        return zetas;
    }
}
