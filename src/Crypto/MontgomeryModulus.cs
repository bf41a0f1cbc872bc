using System.Runtime.CompilerServices;

namespace LucidSsh.Crypto;

/// <summary>Arithmetic modulo one odd m of n limbs, in constant time for everything but the lengths: Montgomery's
/// multiplication (word by word, product and reduction interleaved) with R = 2^(64 n). A residue is below m; "in Montgomery
/// form" means multiplied by R. RSA, Diffie-Hellman and the NIST curves all stand on this. Pointers are to
/// <see cref="LimbCount"/> limbs that do not move; results may be the same memory as operands.</summary>
internal sealed unsafe class MontgomeryModulus
{
    /// <summary>Below this the set-up of vectors is not paid back.</summary>
    private const int SmallestVectorBits = 640;

    private readonly Lock _gate = new();
    private readonly VectorPath _path;
    private readonly ulong[] _words; // m, R mod m: n limbs each
    private volatile ulong[]? _rSquared; // R^2 mod m, when first wanted
    private volatile PowerArithmetic? _arithmetic; // when first wanted

    /// <param name="modulus">Big-endian, odd and above 1; its length without leading zeros is public.</param>
    public MontgomeryModulus(ReadOnlySpan<byte> modulus)
        : this(modulus, VectorPaths.Best)
    {
    }

    /// <summary>The same with a kernel of the caller's choice for exponentiations.</summary>
    internal MontgomeryModulus(ReadOnlySpan<byte> modulus, VectorPath path)
    {
        modulus = modulus.TrimStart((byte)0);
        if (modulus.IsEmpty || (modulus[^1] & 1) == 0 || (modulus.Length == 1 && modulus[0] == 1))
        {
            throw new ArgumentException("A Montgomery modulus is odd and above 1.", nameof(modulus));
        }
        ByteLength = modulus.Length;
        BitLength = (modulus.Length * 8) - (System.Numerics.BitOperations.LeadingZeroCount((uint)modulus[0]) - 24);
        LimbCount = Limbs.Count(BitLength);
        _words = Limbs.Allocate(2 * LimbCount);
        Limbs.Read(modulus, Modulus, LimbCount);
        ulong inverse = 1; // Newton: the number of right bits doubles from 1 to 64
        for (int i = 0; i < 6; i++)
        {
            inverse *= 2 - (Modulus[0] * inverse);
        }
        NegativeInverse = 0 - inverse;
        _path = BitLength < SmallestVectorBits ? VectorPath.Scalar : path;
        ComputeOne();
    }

    /// <summary>The length of m in bits.</summary>
    public int BitLength { get; }

    /// <summary>The length of m in bytes.</summary>
    public int ByteLength { get; }

    /// <summary>n, the number of limbs of every residue.</summary>
    public int LimbCount { get; }

    /// <summary>m itself.</summary>
    public ulong* Modulus => (ulong*)Unsafe.AsPointer(ref _words[0]);

    /// <summary>1 in Montgomery form: R mod m.</summary>
    public ulong* One => Modulus + LimbCount;

    /// <summary>R^2 mod m, which takes a residue into Montgomery form.</summary>
    public ulong* RSquared => (ulong*)Unsafe.AsPointer(ref (_rSquared ?? MakeRSquared())[0]);

    /// <summary>-1/m mod 2^64.</summary>
    public ulong NegativeInverse { get; }

    /// <summary>What exponentiations modulo m are computed with.</summary>
    public PowerArithmetic Arithmetic => _arithmetic ?? MakeArithmetic();

    /// <summary>product = a b / R mod m, below m, for a and b of which one is below m and the other below R.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public void Multiply(ulong* product, ulong* a, ulong* b)
    {
        int n = LimbCount;
        ulong* m = Modulus;
        ulong* t = stackalloc ulong[n + 1];
        Limbs.Clear(t, n + 1);
        for (int i = 0; i < n; i++)
        {
            // t = (t + a b_i + m q) / 2^64, q chosen so that the lowest limb vanishes. t < a + m < 2 R before and after, so that
            // its limb n is 0 or 1; each partial product plus two limbs fits in two limbs.
            ulong bi = b[i];
            ulong sum = (a[0] * bi) + t[0];
            ulong productCarry = Limbs.MultiplyHigh(a[0], bi) + Limbs.Less(sum, t[0]);
            ulong q = sum * NegativeInverse;
            ulong low = (m[0] * q) + sum;
            ulong reductionCarry = Limbs.MultiplyHigh(m[0], q) + Limbs.Less(low, sum);
            for (nint j = 1; j < n; j++)
            {
                // What the column before carries in is added last: it is what takes time.
                ulong aj = a[j], mj = m[j], tj = t[j];
                ulong part = (aj * bi) + tj;
                ulong high = Limbs.MultiplyHigh(aj, bi) + Limbs.Less(part, tj);
                part += productCarry;
                productCarry = high + Limbs.Less(part, productCarry);
                ulong reduction = (mj * q) + part;
                high = Limbs.MultiplyHigh(mj, q) + Limbs.Less(reduction, part);
                reduction += reductionCarry;
                reductionCarry = high + Limbs.Less(reduction, reductionCarry);
                t[j - 1] = reduction;
            }
            ulong top = t[n] + productCarry;
            ulong carry = Limbs.Less(top, productCarry);
            top += reductionCarry;
            t[n] = carry + Limbs.Less(top, reductionCarry);
            t[n - 1] = top;
        }
        SubtractOnce(product, t, t[n]);
        Limbs.Zero(t, n + 1);
        GC.KeepAlive(this);
    }

    /// <summary>sum = a + b mod m.</summary>
    public void Add(ulong* sum, ulong* a, ulong* b)
    {
        ulong* t = stackalloc ulong[LimbCount];
        ulong carry = Limbs.Add(t, a, b, LimbCount);
        SubtractOnce(sum, t, carry);
        GC.KeepAlive(this);
    }

    /// <summary>difference = a - b mod m.</summary>
    public void Subtract(ulong* difference, ulong* a, ulong* b)
    {
        int n = LimbCount;
        ulong* m = Modulus;
        ulong mask = ConstantTime.Mask(Limbs.Subtract(difference, a, b, n));
        ulong carry = 0;
        for (int i = 0; i < n; i++)
        {
            ulong addend = (m[i] & mask) + carry;
            carry = Limbs.Less(addend, carry);
            difference[i] += addend;
            carry += Limbs.Less(difference[i], addend);
        }
        GC.KeepAlive(this);
    }

    /// <summary>Into Montgomery form: a R mod m, for any a below R.</summary>
    public void Enter(ulong* result, ulong* a) => Multiply(result, a, RSquared);

    /// <summary>Out of Montgomery form: a / R mod m.</summary>
    public void Leave(ulong* result, ulong* a)
    {
        ulong* one = stackalloc ulong[LimbCount];
        Limbs.Clear(one, LimbCount);
        one[0] = 1;
        Multiply(result, a, one);
    }

    /// <summary>value / R mod m, below m, for a value of n + 2 limbs below R m (Montgomery's reduction alone).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void LeaveWide(ulong* result, ulong* value)
    {
        int n = LimbCount;
        ulong* m = Modulus;
        ulong* t = stackalloc ulong[n + 2];
        Limbs.Copy(value, t, n + 2);
        for (int i = 0; i < n; i++)
        {
            // t = (t + m q) / 2^64, q chosen so that the lowest limb vanishes; after n of these t < value / R + m < 2 m.
            ulong q = t[0] * NegativeInverse;
            ulong carry = Limbs.MultiplyHigh(m[0], q) + (ConstantTime.IsZero(t[0]) ^ 1); // the low limb's sum is 0 or 2^64
            for (int j = 1; j < n; j++)
            {
                ulong low = m[j] * q;
                ulong high = Limbs.MultiplyHigh(m[j], q);
                low += carry;
                high += Limbs.Less(low, carry);
                low += t[j];
                carry = high + Limbs.Less(low, t[j]);
                t[j - 1] = low;
            }
            t[n - 1] = t[n] + carry;
            carry = Limbs.Less(t[n - 1], carry);
            t[n] = t[n + 1] + carry;
            t[n + 1] = Limbs.Less(t[n], carry);
        }
        SubtractOnce(result, t, t[n]);
        Limbs.Zero(t, n + 2);
        GC.KeepAlive(this);
    }

    /// <summary>result = value mod m for a value of any public number of limbs: Horner's rule over its n-limb digits, the
    /// uppermost first.</summary>
    public void Reduce(ulong* result, ulong* value, int valueCount)
    {
        int n = LimbCount;
        ulong* digit = stackalloc ulong[n];
        ulong* sum = stackalloc ulong[n];
        Limbs.Clear(sum, n);
        for (int start = (valueCount - 1) / n * n; start >= 0; start -= n)
        {
            int length = Math.Min(n, valueCount - start);
            Limbs.Clear(digit, n);
            Limbs.Copy(value + start, digit, length);
            Multiply(sum, sum, RSquared); // times R
            Multiply(digit, digit, One); // the digit itself, below m
            Add(sum, sum, digit);
        }
        Limbs.Copy(sum, result, n);
        Limbs.Zero(digit, n);
        Limbs.Zero(sum, n);
    }

    /// <summary>Zeroes the modulus, which for RSA is a secret.</summary>
    public void Zero()
    {
        lock (_gate)
        {
            ConstantTime.Zero(_words.AsSpan());
            ConstantTime.Zero(_rSquared.AsSpan());
            _arithmetic?.Zero();
        }
    }

    private PowerArithmetic MakeArithmetic()
    {
        lock (_gate)
        {
            return _arithmetic ??= _path switch
            {
                VectorPath.Vector512 => new VectorModulus<VectorKernel512>(this),
                VectorPath.Vector256 => new VectorModulus<VectorKernel256>(this),
                _ => new ScalarArithmetic(this),
            };
        }
    }

    private ulong[] MakeRSquared()
    {
        lock (_gate)
        {
            return _rSquared ??= ComputeRSquared();
        }
    }

    /// <summary>result = t - m where t (with <paramref name="carry"/> as its limb n) is at least m, else t; t is below 2 m.</summary>
    private void SubtractOnce(ulong* result, ulong* t, ulong carry)
    {
        int n = LimbCount;
        ulong* m = Modulus;
        ulong borrow = 0;
        for (int i = 0; i < n; i++)
        {
            ulong partial = t[i] - m[i];
            ulong next = Limbs.Less(t[i], m[i]);
            result[i] = partial - borrow;
            borrow = next | Limbs.Less(partial, borrow);
        }
        ulong keep = ConstantTime.Mask(borrow & (carry ^ 1));
        for (int i = 0; i < n; i++)
        {
            result[i] ^= keep & (result[i] ^ t[i]);
        }
    }

    /// <summary>R mod m by doubling 2^(bits - 1), which is below m.</summary>
    private void ComputeOne()
    {
        One[(BitLength - 1) >> 6] = 1ul << ((BitLength - 1) & 63);
        for (int i = BitLength - 1; i < 64 * LimbCount; i++)
        {
            Add(One, One, One);
        }
    }

    /// <summary>R 2^k by doubling R; squared s times it is R 2^(k 2^s), and that is R^2 for 64 n = k 2^s.</summary>
    private ulong[] ComputeRSquared()
    {
        int n = LimbCount;
        ulong[] words = Limbs.Allocate(n);
        ulong* power = (ulong*)Unsafe.AsPointer(ref words[0]);
        Limbs.Copy(One, power, n);
        int squarings = 6 + System.Numerics.BitOperations.TrailingZeroCount(n);
        for (int i = 0; i < (64 * n) >> squarings; i++)
        {
            Add(power, power, power);
        }
        for (int i = 0; i < squarings; i++)
        {
            Multiply(power, power, power);
        }
        return words;
    }
}
