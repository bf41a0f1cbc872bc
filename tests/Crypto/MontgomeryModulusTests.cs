using System.Numerics;
using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

public sealed unsafe class MontgomeryModulusTests
{
    [Fact]
    public void Arithmetic_OnRandomAndExtremeOperandsOfEveryWidth_AgreesWithBigInteger()
    {
        SeededRandom random = new(1);
        foreach (int bits in new[] { 2, 3, 8, 63, 64, 65, 127, 128, 129, 191, 256, 384, 521, 1024, 1031, 2048 })
        {
            foreach (BigInteger m in Moduli(random, bits))
            {
                CheckArithmetic(m, Operands(random, m));
            }
        }
    }

    [Fact]
    public void Power_OnRandomWidthsAndExtremeOperands_AgreesWithBigInteger()
    {
        SeededRandom random = new(2);
        for (int i = 0; i < 60; i++)
        {
            BigInteger m = Moduli(random, 2 + random.Next(700)).Last();
            MontgomeryModulus modulus = new(Bytes(m));
            int exponentBits = 1 + random.Next(300);
            foreach (BigInteger exponent in new[] { Number(random, exponentBits), BigInteger.Zero, BigInteger.One, (BigInteger.One << exponentBits) - 1 })
            {
                foreach (BigInteger value in Operands(random, m))
                {
                    BigInteger expected = BigInteger.ModPow(value, exponent, m);
                    Assert.Equal(expected, Power(modulus, value, exponent, exponentBits));
                    Assert.Equal(expected, PowerPublic(modulus, value, exponent));
                }
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("01")]
    [InlineData("0001")]
    [InlineData("0400")]
    public void Modulus_ThatIsEvenOrBelowTwo_IsRefused(string hex) =>
        Assert.Throws<ArgumentException>(() => new MontgomeryModulus(Convert.FromHexString(hex)));

    [Fact]
    public void Division_OnRandomOperands_AgreesWithBigInteger()
    {
        SeededRandom random = new(3);
        for (int i = 0; i < 60; i++)
        {
            BigInteger value = Number(random, 1 + random.Next(500));
            BigInteger divisor = i % 5 == 0 ? (BigInteger.One << 128) - 1 : Number(random, 1 + random.Next(250)) + 1;
            ulong[] numerator = ToLimbs(value, 8), denominator = ToLimbs(divisor, 4), quotient = new ulong[8], remainder = new ulong[4];
            fixed (ulong* n = numerator, d = denominator, q = quotient, r = remainder)
            {
                LongDivision.Divide(n, 8, d, 4, q, r);
            }
            Assert.Equal(value / divisor, ToNumber(quotient));
            Assert.Equal(value % divisor, ToNumber(remainder));
        }
    }

    internal static byte[] Bytes(BigInteger value) => value.ToByteArray(isUnsigned: true, isBigEndian: true);

    internal static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    internal static BigInteger Number(SeededRandom random, int bits) =>
        Number(random.Bytes((bits + 7) / 8)) & ((BigInteger.One << bits) - 1);

    internal static ulong[] ToLimbs(BigInteger value, int count)
    {
        ulong[] limbs = GC.AllocateArray<ulong>(count, pinned: true);
        for (int i = 0; i < count; i++)
        {
            limbs[i] = (ulong)((value >> (64 * i)) & ulong.MaxValue);
        }
        Assert.Equal(value, ToNumber(limbs));
        return limbs;
    }

    internal static BigInteger ToNumber(ReadOnlySpan<ulong> limbs)
    {
        BigInteger value = 0;
        for (int i = limbs.Length - 1; i >= 0; i--)
        {
            value = (value << 64) | limbs[i];
        }
        return value;
    }

    internal static BigInteger Power(MontgomeryModulus modulus, BigInteger value, BigInteger exponent, int exponentBits)
    {
        ulong[] operand = ToLimbs(value, modulus.LimbCount), scalar = ToLimbs(exponent, Limbs.Count(exponentBits));
        ulong[] result = new ulong[modulus.LimbCount];
        fixed (ulong* v = operand, e = scalar, r = result)
        {
            ModularPower.Compute(modulus, r, v, e, exponentBits);
        }
        return ToNumber(result);
    }

    internal static BigInteger PowerPublic(MontgomeryModulus modulus, BigInteger value, BigInteger exponent)
    {
        ulong[] operand = ToLimbs(value, modulus.LimbCount), result = new ulong[modulus.LimbCount];
        fixed (ulong* v = operand, r = result)
        {
            ModularPower.ComputePublic(modulus, r, v, Bytes(exponent));
        }
        return ToNumber(result);
    }

    /// <summary>The smallest, the largest and two random odd numbers of the length.</summary>
    private static BigInteger[] Moduli(SeededRandom random, int bits)
    {
        BigInteger smallest = (BigInteger.One << (bits - 1)) + 1;
        return [smallest, (BigInteger.One << bits) - 1, smallest | Number(random, bits - 1), smallest | Number(random, bits - 1)];
    }

    private static List<BigInteger> Operands(SeededRandom random, BigInteger m)
    {
        int bits = (int)m.GetBitLength();
        List<BigInteger> operands = [0, 1, m - 1, m / 2];
        operands.Add(((BigInteger.One << bits) - 1) % m); // all ones
        operands.Add(Number(random, bits) % m);
        operands.Add(Number(random, bits) % m);
        return operands;
    }

    private static void CheckArithmetic(BigInteger m, List<BigInteger> operands)
    {
        MontgomeryModulus modulus = new(Bytes(m));
        int n = modulus.LimbCount;
        Assert.Equal((int)m.GetBitLength(), modulus.BitLength);
        BigInteger r = BigInteger.One << (64 * n);
        foreach (BigInteger left in operands)
        {
            foreach (BigInteger right in operands)
            {
                ulong[] a = ToLimbs(left, n), b = ToLimbs(right, n), result = new ulong[n];
                fixed (ulong* pa = a, pb = b, pr = result)
                {
                    modulus.Multiply(pr, pa, pb);
                    Assert.Equal(left * right % m, ToNumber(result) * r % m);
                    Assert.True(ToNumber(result) < m);
                    modulus.Add(pr, pa, pb);
                    Assert.Equal((left + right) % m, ToNumber(result));
                    modulus.Subtract(pr, pa, pb);
                    Assert.Equal((left - right + m) % m, ToNumber(result));
                    modulus.Enter(pr, pa);
                    modulus.Leave(pr, pr);
                    Assert.Equal(left, ToNumber(result));
                }
            }
            foreach (int limbs in new[] { 1, n, n + 1, (3 * n) + 1 })
            {
                BigInteger wide = ((left * r * r * r) + (BigInteger.One << (64 * limbs)) - 1 - left) & ((BigInteger.One << (64 * limbs)) - 1);
                ulong[] a = ToLimbs(wide, limbs), result = new ulong[n];
                fixed (ulong* pa = a, pr = result)
                {
                    modulus.Reduce(pr, pa, limbs);
                }
                Assert.Equal(wide % m, ToNumber(result));
            }
        }
    }
}
