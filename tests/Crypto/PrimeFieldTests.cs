using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

/// <summary>The fields under the NIST curves against BigInteger, with operands at the limits they are proved for.</summary>
public sealed unsafe class PrimeFieldTests
{
    private const int Radix = 52;

    private static BigInteger P256 =>
        (BigInteger.One << 256) - (BigInteger.One << 224) + (BigInteger.One << 192) + (BigInteger.One << 96) - 1;

    private static BigInteger P384 =>
        (BigInteger.One << 384) - (BigInteger.One << 128) - (BigInteger.One << 96) + (BigInteger.One << 32) - 1;

    private static BigInteger P521 => (BigInteger.One << 521) - 1;

    [Fact]
    public void FieldOfP256_AtItsBounds_ComputesModuloThePrime() =>
        new Checker<P256Field>(default, P256, (2 * P256) - (BigInteger.One << 223), 4 * P256).Run();

    [Fact]
    public void FieldOfP384_AtItsBounds_ComputesModuloThePrime() =>
        new Checker<SplitField>(new SplitField(Modulus(P384)), P384, P384 + (P384 >> 10), 6 * P384).Run();

    [Fact]
    public void FieldOfP521_AtItsBounds_ComputesModuloThePrime() =>
        new Checker<SplitField>(new SplitField(Modulus(P521)), P521, P521 + (P521 >> 10), 6 * P521).Run();

    [Fact]
    public void FourFieldsOfP256_AtTheirBounds_MultiplyModuloThePrime()
    {
        if (!Avx2.IsSupported)
        {
            return; // the portable field above serves such a machine
        }
        // Limb bounds whose product is 21 2^56 (7 and 3 times 2^28), and 16 2^56; the last limb as large as its bound lets it be.
        SeededRandom random = new(4);
        BigInteger inverseOfR = BigInteger.ModPow(BigInteger.One << 280, P256 - 2, P256);
        Vector256<ulong>* memory = stackalloc Vector256<ulong>[30];
        for (int round = 0; round < 2000; round++)
        {
            (ulong left, ulong right) = round % 2 == 0 ? (7ul << 28, 3ul << 28) : (4ul << 28, 4ul << 28);
            BigInteger[] a = new BigInteger[4], b = new BigInteger[4];
            for (int lane = 0; lane < 4; lane++)
            {
                a[lane] = FillLane(memory, lane, left, random);
                b[lane] = FillLane(memory + 10, lane, right, random);
            }
            P256FieldX4.Multiply(memory + 20, memory, memory + 10);
            for (int lane = 0; lane < 4; lane++)
            {
                BigInteger product = ReadLane(memory + 20, lane);
                Assert.Equal(a[lane] * b[lane] * inverseOfR % P256, product % P256);
                Assert.True(product < P256 + (P256 >> 8));
                for (int i = 0; i < 9; i++)
                {
                    Assert.True(((ulong*)(memory + 20 + i))[lane] <= P256FieldX4.LimbMask);
                }
            }
            P256FieldX4.Multiply(memory, memory, memory + 10);
            Assert.True(new ReadOnlySpan<byte>(memory, 320).SequenceEqual(new ReadOnlySpan<byte>(memory + 20, 320)));
        }
    }

    [Fact]
    public void PadsOfP256_AreMultiplesOfThePrime_WithLargeLimbs()
    {
        Assert.Equal(64 * P256, Sum(P256FieldX4.Pad));
        Assert.Equal(16 * P256, Sum(P256FieldX4.WidePad));
        Assert.Equal(P256, Sum(P256FieldX4.Prime));
        Assert.All(P256FieldX4.Pad[..9].ToArray(), limb => Assert.InRange(limb, (1ul << 29) - 2, (3ul << 28) - 1));
        Assert.All(P256FieldX4.WidePad[..9].ToArray(), limb => Assert.InRange(limb, (1ul << 32) - 16, (1ul << 32) + (1ul << 28)));
        Assert.Equal((1021ul, 239ul), (P256FieldX4.Pad[9], P256FieldX4.WidePad[9]));
    }

    [Fact]
    public void Inverse_ModuloPrimesAndOrders_IsTheInverse()
    {
        SeededRandom random = new(1);
        foreach (BigInteger m in new[] { P256, P384, P521, NistCurveTests.Order(256), NistCurveTests.Order(384), NistCurveTests.Order(521) })
        {
            MontgomeryModulus modulus = Modulus(m);
            ModularInverse inversion = new(modulus.Modulus, modulus.BitLength);
            List<BigInteger> values = [0, 1, 2, 3, m - 1, m - 2, m / 2, (m / 2) + 1];
            for (int bit = 1; bit < modulus.BitLength; bit += 7)
            {
                values.Add(BigInteger.One << bit);
                values.Add((BigInteger.One << bit) - 1);
                values.Add(m - (BigInteger.One << bit));
            }
            for (int i = 0; i < 500; i++)
            {
                values.Add(MontgomeryModulusTests.Number(random, modulus.BitLength) % m);
            }
            foreach (BigInteger value in values)
            {
                ulong[] limbs = MontgomeryModulusTests.ToLimbs(value, modulus.LimbCount);
                fixed (ulong* a = limbs)
                {
                    inversion.Compute(a, a);
                }
                BigInteger inverse = MontgomeryModulusTests.ToNumber(limbs);
                Assert.True(inverse < m);
                Assert.Equal(value.IsZero ? 0 : 1, inverse * value % m);
            }
            GC.KeepAlive(modulus);
        }
    }

    [Fact]
    public void Selection_OfEachEntry_ReadsThatEntryAndNothingElse()
    {
        SeededRandom random = new(2);
        foreach (int count in new[] { 4, 5, 10, 15, 16, 22, 33 })
        {
            ulong[] table = new ulong[16 * count], selected = new ulong[count];
            random.Fill(System.Runtime.InteropServices.MemoryMarshal.AsBytes(table.AsSpan()));
            for (int index = 0; index <= 16; index++)
            {
                fixed (ulong* from = table, to = selected)
                {
                    Limbs.Select(from, count, 16, (ulong)index, to);
                }
                Assert.Equal(index == 0 ? new ulong[count] : table.AsSpan((index - 1) * count, count).ToArray(), selected);
            }
        }
    }

    private static BigInteger Sum(ReadOnlySpan<ulong> limbs)
    {
        BigInteger sum = 0;
        for (int i = limbs.Length - 1; i >= 0; i--)
        {
            sum = (sum << 28) + limbs[i];
        }
        return sum;
    }

    private static BigInteger ReadLane(Vector256<ulong>* element, int lane)
    {
        ulong[] limbs = [.. Enumerable.Range(0, 10).Select(i => ((ulong*)(element + i))[lane])];
        return Sum(limbs);
    }

    /// <summary>One lane with limbs at the bound, zero, all ones or random below it; values below 256 p.</summary>
    private static BigInteger FillLane(Vector256<ulong>* element, int lane, ulong bound, SeededRandom random)
    {
        int kind = random.Next(4);
        for (int i = 0; i < 10; i++)
        {
            ulong limit = i < 9 ? bound : 4080;
            ulong low = (ulong)MontgomeryModulusTests.Number(random, 60) % (limit + 1);
            ((ulong*)(element + i))[lane] = kind switch
            {
                0 => limit,
                1 => random.Next(2) == 0 ? limit : 0,
                2 => Math.Min(limit, P256FieldX4.LimbMask),
                _ => low,
            };
        }
        return ReadLane(element, lane);
    }

    private static MontgomeryModulus Modulus(BigInteger value) => new(MontgomeryModulusTests.Bytes(value));

    /// <summary>Operands as limbs, with the bounds the field's own comments state.</summary>
    private sealed class Checker<TField>(TField field, BigInteger p, BigInteger tight, BigInteger loose)
        where TField : struct, IPrimeField
    {
        private readonly SeededRandom _random = new(3);
        private readonly int _n = field.LimbCount;
        private readonly BigInteger _r = BigInteger.One << (Radix * field.LimbCount);

        public void Run()
        {
            BigInteger[] edges = [0, 1, 2, p - 1, p, p + 1, tight - 1, BigInteger.One << (int)(p.GetBitLength() - 1)];
            List<ulong[]> tightOnes = [.. edges.Select(Limbs)];
            tightOnes.Add([.. Enumerable.Repeat((1ul << Radix) - 1, _n - 1), 0]);
            tightOnes.Add([.. Enumerable.Repeat((1ul << Radix) - 1, _n - 1), Limbs(tight - 1)[^1] - 1]);
            for (int i = 0; i < 20; i++)
            {
                tightOnes.Add(Limbs(MontgomeryModulusTests.Number(_random, 640) % tight));
            }
            List<ulong[]> looseOnes = [.. tightOnes, Spread(Limbs(loose - 1)), Spread(Limbs((2 * p) + 1)), Spread(Limbs(2 * p))];
            for (int i = 0; i < 20; i++)
            {
                looseOnes.Add(Spread(Limbs(loose - 1 - (MontgomeryModulusTests.Number(_random, 640) % p))));
            }
            foreach (ulong[] a in looseOnes)
            {
                CheckUnary(a, tightOnes.Contains(a));
                foreach (ulong[] b in looseOnes)
                {
                    CheckBinary(a, b, tightOnes.Contains(a), tightOnes.Contains(b));
                }
            }
        }

        private void CheckUnary(ulong[] a, bool isTight)
        {
            BigInteger value = Value(a), inverseOfR = BigInteger.ModPow(_r % p, p - 2, p);
            Same(value * value * inverseOfR, Apply(a, a, (r, x, y) => field.Square(r, x)), tight);
            Same(value, Apply(a, a, (r, x, y) => field.Tighten(r, x)), tight);
            if (isTight)
            {
                Same(3 * value, Apply(a, a, (r, x, y) => field.Triple(r, x)), tight);
                fixed (ulong* pa = a)
                {
                    Assert.Equal(value % p == 0 ? 1ul : 0ul, field.IsZero(pa));
                }
            }
            int words = (int)((p.GetBitLength() + 63) / 64);
            ulong[] left = new ulong[words];
            fixed (ulong* pa = a, pl = left)
            {
                field.Leave(pl, pa);
            }
            BigInteger plain = MontgomeryModulusTests.ToNumber(left);
            Assert.Equal(value * inverseOfR % p, plain);
            ulong[] entered = new ulong[_n];
            fixed (ulong* pe = entered, pl = left)
            {
                field.Enter(pe, pl);
            }
            Same(value, entered, tight);
        }

        private void CheckBinary(ulong[] a, ulong[] b, bool tightA, bool tightB)
        {
            BigInteger left = Value(a), right = Value(b);
            ulong[] product = Apply(a, b, (r, x, y) => field.Multiply(r, x, y));
            Same(left * right, Times(product, _r), null);
            Assert.True(Value(product) < tight);
            Assert.All(product[..^1], limb => Assert.True(limb >> Radix == 0));
            if (tightB)
            {
                Same(left - (2 * right), Apply(a, b, (r, x, y) => field.SubtractTwice(r, x, y)), tight);
            }
            if (tightA && tightB)
            {
                Same(left + right, Apply(a, b, (r, x, y) => field.Add(r, x, y)), null);
                Same(left - right, Apply(a, b, (r, x, y) => field.Subtract(r, x, y)), null);
            }
        }

        /// <summary>The result over separate memory, over the first operand and over the second is one and the same.</summary>
        private ulong[] Apply(ulong[] a, ulong[] b, Operation operation)
        {
            ulong[] apart = new ulong[_n], first = (ulong[])a.Clone(), second = (ulong[])b.Clone();
            fixed (ulong* pr = apart, pf = first, ps = second, pa = a, pb = b)
            {
                operation(pr, pa, pb);
                operation(pf, pf, pb);
                operation(ps, pa, ps);
            }
            Assert.Equal(apart, first);
            Assert.True(ReferenceEquals(a, b) || apart.AsSpan().SequenceEqual(second));
            return apart;
        }

        private void Same(BigInteger expected, ulong[] actual, BigInteger? below)
        {
            Assert.Equal(((expected % p) + p) % p, Value(actual) % p);
            Assert.All(actual, limb => Assert.True(limb >> 54 == 0));
            Assert.True(Value(actual) < (below ?? loose));
            if (below is not null)
            {
                Assert.All(actual, limb => Assert.True(limb >> Radix == 0));
            }
        }

        private ulong[] Times(ulong[] a, BigInteger factor) => Limbs(Value(a) * factor % p);

        private static BigInteger Value(ulong[] limbs)
        {
            BigInteger value = 0;
            for (int i = limbs.Length - 1; i >= 0; i--)
            {
                value = (value << Radix) + limbs[i];
            }
            return value;
        }

        private ulong[] Limbs(BigInteger value)
        {
            ulong[] limbs = new ulong[_n];
            for (int i = 0; i < _n; i++)
            {
                limbs[i] = (ulong)(i < _n - 1 ? (value >> (Radix * i)) & ((1ul << Radix) - 1) : value >> (Radix * i));
            }
            return limbs;
        }

        /// <summary>The same value with lower limbs up to the 54 bits loose ones may have.</summary>
        private ulong[] Spread(ulong[] limbs)
        {
            for (int i = _n - 2; i >= 0; i--)
            {
                ulong borrowed = Math.Min(3, limbs[i + 1]);
                limbs[i + 1] -= borrowed;
                limbs[i] += borrowed << Radix;
            }
            return limbs;
        }

        private delegate void Operation(ulong* result, ulong* a, ulong* b);
    }
}
