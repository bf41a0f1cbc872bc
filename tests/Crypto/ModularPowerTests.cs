using System.Numerics;
using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

public sealed unsafe class ModularPowerTests
{
    /// <summary>Widths around the digits' and limbs' edges, with one, two and three zeros in N, and around 3330 and 13580 bits, where the digits become narrower.</summary>
    private static readonly int[] Widths =
        [65, 84, 112, 128, 129, 500, 512, 1000, 1024, 1031, 1055, 1536, 1537, 2047, 2048, 3072, 3329, 3331, 4096, 8192, 13569, 13599, 16383, 16384];

    public static TheoryData<int> Paths => [.. TestPaths.All.Where(path => path != VectorPath.Vector128).Select(path => (int)path)];

    [Fact]
    public void VectorMultiplication_OnExtremeOperandsOfEveryWidth_IsMontgomerysAndStaysInBounds()
    {
        SeededRandom random = new(1);
        foreach (int bits in Widths)
        {
            foreach (BigInteger m in Moduli(random, bits))
            {
                MontgomeryModulus modulus = new(MontgomeryModulusTests.Bytes(m));
                if (TestPaths.All.Contains(VectorPath.Vector256))
                {
                    CheckMultiplication(new VectorModulus<VectorKernel256>(modulus), m, random);
                }
                if (TestPaths.All.Contains(VectorPath.Vector512))
                {
                    CheckMultiplication(new VectorModulus<VectorKernel512>(modulus), m, random);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Power_OnRandomWidthsAndExtremeOperands_AgreesWithBigInteger(int path)
    {
        SeededRandom random = new(2);
        foreach (int bits in Widths)
        {
            foreach (BigInteger m in Moduli(random, bits))
            {
                MontgomeryModulus modulus = new(MontgomeryModulusTests.Bytes(m));
                PowerArithmetic arithmetic = Arithmetic(modulus, (VectorPath)path);
                bool wide = bits > 3500;
                int exponentBits = 1 + random.Next(wide ? 8 : 130);
                BigInteger allOnes = (BigInteger.One << exponentBits) - 1;
                BigInteger[] exponents = [allOnes, 0, 1, 2, MontgomeryModulusTests.Number(random, exponentBits)];
                BigInteger[] values = [MontgomeryModulusTests.Number(random, bits) % m, m - 1, 0, 1, 2 % m, m - 2, (BigInteger.One << (bits - 1)) - 1];
                foreach (BigInteger value in values[..(wide ? 2 : ^0)])
                {
                    foreach (BigInteger exponent in exponents[..(wide ? 2 : ^0)])
                    {
                        BigInteger reduced = exponent & allOnes, expected = BigInteger.ModPow(value, reduced, m);
                        Assert.Equal(expected, Power(modulus, arithmetic, value, reduced, exponentBits));
                        Assert.Equal(expected, PowerPublic(modulus, arithmetic, value, reduced));
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Power_WithExponentsAsLongAsTheModulus_AgreesWithBigInteger(int path)
    {
        SeededRandom random = new(3);
        foreach (int bits in new[] { 1024, 1025, 1536, 2048 })
        {
            BigInteger m = Moduli(random, bits)[^1], value = MontgomeryModulusTests.Number(random, bits) % m;
            MontgomeryModulus modulus = new(MontgomeryModulusTests.Bytes(m), (VectorPath)path);
            BigInteger exponent = MontgomeryModulusTests.Number(random, bits - 40); // forty leading zeros
            Assert.Equal(BigInteger.ModPow(value, exponent, m), Power(modulus, modulus.Arithmetic, value, exponent, bits));
            Assert.Equal(m - 1, Power(modulus, modulus.Arithmetic, m - 1, (BigInteger.One << bits) - 1, bits));
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Zero_AfterUse_LeavesNothingOfTheModulus(int path)
    {
        MontgomeryModulus modulus = new(MontgomeryModulusTests.Bytes(Moduli(new SeededRandom(4), 1024)[^1]), (VectorPath)path);
        Assert.Equal(4, Power(modulus, modulus.Arithmetic, 2, 2, 2));
        Assert.NotEqual(0ul, *modulus.RSquared);
        List<ulong[]> words = [.. Words(modulus), .. Words(modulus.Arithmetic)];
        Assert.Equal((VectorPath)path >= VectorPath.Vector256 ? 3 : 2, words.Count);
        Assert.All(words, array => Assert.Contains(array, word => word != 0));
        modulus.Zero();
        Assert.All(words, array => Assert.All(array, word => Assert.Equal(0ul, word)));
    }

    /// <summary>What a modulus chooses by itself, or, for widths where it would not, the same made by hand.</summary>
    private static PowerArithmetic Arithmetic(MontgomeryModulus modulus, VectorPath path) => path switch
    {
        VectorPath.Vector512 => new VectorModulus<VectorKernel512>(modulus),
        VectorPath.Vector256 => new VectorModulus<VectorKernel256>(modulus),
        _ => new ScalarArithmetic(modulus),
    };

    private static IEnumerable<ulong[]> Words(object owner) => owner.GetType()
        .GetFields(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)
        .Where(field => field.FieldType == typeof(ulong[]))
        .Select(field => (ulong[])field.GetValue(owner)!);

    /// <summary>The smallest, the largest, one whose lower half is ones, and a random odd number of the width.</summary>
    private static BigInteger[] Moduli(SeededRandom random, int bits)
    {
        BigInteger top = BigInteger.One << (bits - 1);
        return [top + 1, (2 * top) - 1, top | ((BigInteger.One << ((bits + 1) / 2)) - 1), MontgomeryModulusTests.Number(random, bits) | top | 1];
    }

    private static void CheckMultiplication<TKernel>(VectorModulus<TKernel> vector, BigInteger m, SeededRandom random)
        where TKernel : struct, IVectorKernel
    {
        BigInteger multiple = Value(vector, vector.Multiple) - 1, radix = BigInteger.One << vector.RadixBits, r = BigInteger.Pow(radix, vector.DigitCount);
        Assert.Equal(BigInteger.Zero, multiple % m);
        Assert.InRange(vector.ZeroDigits, 1, 3);
        Assert.Equal(BigInteger.Zero, (multiple + 1) % BigInteger.Pow(radix, vector.ZeroDigits));
        Assert.True(r > 4 * multiple);
        using LimbScratch scratch = new(vector.WorkWords + (3 * vector.Words));
        ulong* a = scratch.Start + vector.WorkWords, b = a + vector.Words, product = b + vector.Words;
        BigInteger[] operands = [0, 1, multiple, (2 * multiple) - 1, MontgomeryModulusTests.Number(random, (int)multiple.GetBitLength())];
        foreach (BigInteger left in operands)
        {
            foreach (BigInteger right in operands)
            {
                foreach (bool carried in new[] { false, true })
                {
                    Spread(vector, left, a, carried);
                    Spread(vector, right, b, carried);
                    vector.Multiply(product, a, b, scratch.Start);
                    CheckProduct(vector, left * right, product, multiple, r);
                    vector.Multiply(b, a, b, scratch.Start); // in place
                    Assert.True(new Span<ulong>(product, vector.Words).SequenceEqual(new Span<ulong>(b, vector.Words)));
                    vector.Square(product, a, scratch.Start);
                    CheckProduct(vector, left * left, product, multiple, r);
                    vector.Square(a, a, scratch.Start);
                    Assert.True(new Span<ulong>(product, vector.Words).SequenceEqual(new Span<ulong>(a, vector.Words)));
                }
            }
        }
    }

    private static void CheckProduct<TKernel>(VectorModulus<TKernel> vector, BigInteger expected, ulong* product, BigInteger multiple, BigInteger r)
        where TKernel : struct, IVectorKernel
    {
        BigInteger actual = Value(vector, product);
        Assert.Equal(expected % multiple, actual * r % multiple);
        Assert.True(actual < 2 * multiple);
        for (int i = 0; i < vector.Words; i++)
        {
            Assert.True(product[i] < (i < vector.DigitCount ? (1ul << vector.RadixBits) + (1ul << 13) : 1));
        }
    }

    /// <summary>The digits of a number; or, <paramref name="carried"/>, the largest that carries may leave in them.</summary>
    private static void Spread<TKernel>(VectorModulus<TKernel> vector, BigInteger value, ulong* digits, bool carried)
        where TKernel : struct, IVectorKernel
    {
        byte[] bytes = value.ToByteArray(isUnsigned: true);
        for (int i = 0; i < vector.Words; i++)
        {
            digits[i] = 0;
            for (int bit = i * vector.RadixBits; bit < (i + 1) * vector.RadixBits && bit < 8 * bytes.Length; bit++)
            {
                digits[i] |= ((ulong)bytes[bit >> 3] >> (bit & 7) & 1) << (bit - (i * vector.RadixBits));
            }
        }
        for (int i = vector.DigitCount - 1; i > 0 && carried; i--)
        {
            if (digits[i] > 0 && digits[i - 1] < (1 << 13))
            {
                digits[i]--;
                digits[i - 1] += 1ul << vector.RadixBits;
            }
        }
    }

    private static BigInteger Value<TKernel>(VectorModulus<TKernel> vector, ulong* digits)
        where TKernel : struct, IVectorKernel
    {
        BigInteger value = 0;
        for (int i = vector.DigitCount - 1; i >= 0; i--)
        {
            value = (value << vector.RadixBits) + digits[i];
        }
        return value;
    }

    private static BigInteger Power(MontgomeryModulus modulus, PowerArithmetic arithmetic, BigInteger value, BigInteger exponent, int exponentBits)
    {
        ulong[] operand = MontgomeryModulusTests.ToLimbs(value, modulus.LimbCount), result = new ulong[modulus.LimbCount];
        ulong[] scalar = MontgomeryModulusTests.ToLimbs(exponent, Limbs.Count(exponentBits));
        fixed (ulong* v = operand, e = scalar, r = result)
        {
            ModularPower.Compute(arithmetic, r, v, e, exponentBits);
        }
        GC.KeepAlive(modulus);
        return MontgomeryModulusTests.ToNumber(result);
    }

    private static BigInteger PowerPublic(MontgomeryModulus modulus, PowerArithmetic arithmetic, BigInteger value, BigInteger exponent)
    {
        ulong[] operand = MontgomeryModulusTests.ToLimbs(value, modulus.LimbCount), result = new ulong[modulus.LimbCount];
        fixed (ulong* v = operand, r = result)
        {
            ModularPower.ComputePublic(arithmetic, r, v, MontgomeryModulusTests.Bytes(exponent));
        }
        return MontgomeryModulusTests.ToNumber(result);
    }
}
