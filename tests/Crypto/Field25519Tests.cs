using System.Numerics;
using System.Runtime.InteropServices;
using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

/// <summary>The field of X25519 and the scalars of Ed25519 against arbitrary-precision integers, at the bounds their comments
/// promise.</summary>
public sealed class Field25519Tests
{
    private static readonly BigInteger s_p = (BigInteger.One << 255) - 19;
    private static readonly BigInteger s_order =
        (BigInteger.One << 252) + BigInteger.Parse("27742317777372353535851937790883648493");

    [Fact]
    public void Multiply_LimbsUpToTheirBounds_IsTheProductAndTight()
    {
        Random random = new(1);
        for (int i = 0; i < 5000; i++)
        {
            FieldElement25519 a = Element(random, 54);
            FieldElement25519 b = Element(random, 53);
            FieldElement25519.Multiply(out FieldElement25519 product, a, b);
            Assert.Equal(Value(a) * Value(b) % s_p, Value(product) % s_p);
            AssertTight(product);

            FieldElement25519.Square(out FieldElement25519 square, b);
            Assert.Equal(Value(b) * Value(b) % s_p, Value(square) % s_p);
            AssertTight(square);

            FieldElement25519.MultiplySmall(out FieldElement25519 multiple, b, 121665);
            Assert.Equal(Value(b) * 121665 % s_p, Value(multiple) % s_p);
            AssertTight(multiple);
        }
    }

    [Fact]
    public void AddAndSubtract_TightLimbs_AreExactAndLoose()
    {
        Random random = new(2);
        for (int i = 0; i < 2000; i++)
        {
            FieldElement25519 a = Tight(random);
            FieldElement25519 b = Tight(random);
            FieldElement25519.Add(out FieldElement25519 sum, a, b);
            Assert.Equal(Value(a) + Value(b), Value(sum));
            FieldElement25519.Subtract(out FieldElement25519 difference, sum, Tight(random));
            Assert.All(Limbs(difference), limb => Assert.True(limb < 1ul << 53));
            FieldElement25519.Subtract(out difference, a, b);
            Assert.Equal(Value(a) - Value(b) + 2 * s_p, Value(difference));
        }
    }

    [Fact]
    public void Encode_LooseLimbs_IsTheValueBelowP()
    {
        Random random = new(3);
        foreach (BigInteger value in (BigInteger[])[0, 1, 18, 19, 20, s_p - 1, s_p, s_p + 1, s_p + 18, 2 * s_p, 2 * s_p - 1])
            AssertEncodes(value % s_p, Element(value));
        for (int i = 0; i < 2000; i++)
        {
            FieldElement25519 element = Element(random, 53);
            AssertEncodes(Value(element) % s_p, element);
        }
    }

    [Fact]
    public void Invert_RandomElements_GivesOneAndZeroForZero()
    {
        Random random = new(4);
        for (int i = 0; i < 200; i++)
        {
            FieldElement25519 element = Element(random, 53);
            FieldElement25519.Invert(out FieldElement25519 inverse, element);
            Assert.Equal(BigInteger.One, Value(element) * Value(inverse) % s_p);
        }

        FieldElement25519.Invert(out FieldElement25519 ofZero, Element(s_p));
        Assert.Equal(1ul, ofZero.IsZero());
    }

    [Fact]
    public void ScalarReduce_AnyHash_IsTheRemainder()
    {
        Random random = new(5);
        byte[] reduced = new byte[32];
        List<BigInteger> values = [0, 1, (BigInteger.One << 512) - 1, BigInteger.One << 252, (BigInteger.One << 252) - 1];
        for (int multiple = 1; multiple < 40; multiple++)
            values.AddRange([multiple * s_order - 1, multiple * s_order, multiple * s_order + 1]);
        for (int bit = 253; bit < 512; bit += 3)
            values.AddRange([(BigInteger.One << bit) / s_order * s_order - 1, (BigInteger.One << bit) / s_order * s_order]);
        for (int i = 0; i < 2000; i++)
            values.Add(new BigInteger(RandomBytes(random, 64), isUnsigned: true));
        foreach (BigInteger value in values)
        {
            Scalar25519.Reduce(LittleEndian(value, 64), reduced);
            Assert.Equal(value % s_order, new BigInteger(reduced, isUnsigned: true));
        }
    }

    [Fact]
    public void ScalarMultiplyAdd_AnyThreeOf256Bits_IsTheRemainder()
    {
        Random random = new(6);
        byte[] result = new byte[32];
        for (int i = 0; i < 2000; i++)
        {
            byte[] a = i == 0 ? LittleEndian((BigInteger.One << 256) - 1, 32) : RandomBytes(random, 32);
            byte[] b = i < 2 ? LittleEndian((BigInteger.One << 256) - 1, 32) : RandomBytes(random, 32);
            byte[] c = i < 3 ? LittleEndian((BigInteger.One << 256) - 1, 32) : RandomBytes(random, 32);
            Scalar25519.MultiplyAdd(a, b, c, result);
            BigInteger expected = (Unsigned(a) * Unsigned(b) + Unsigned(c)) % s_order;
            Assert.Equal(expected, Unsigned(result));
        }
    }

    [Fact]
    public void DoubleScalar_RandomScalars_IsTheSumOfBoth()
    {
        Random random = new(7);
        for (int i = 0; i < 200; i++)
        {
            byte[] a = LittleEndian(Unsigned(RandomBytes(random, 32)) % s_order, 32);
            byte[] b = LittleEndian(Unsigned(RandomBytes(random, 32)) % s_order, 32);
            byte[] c = LittleEndian(Unsigned(RandomBytes(random, 32)) % s_order, 32);
            EdwardsBase.Multiply(out EdwardsPoint point, c);
            EdwardsDoubleScalar.Multiply(out EdwardsPoint sum, a, point, b);

            byte[] scalar = new byte[32];
            Scalar25519.MultiplyAdd(a, c, b, scalar); // a (c B) + b B = (a c + b) B
            EdwardsBase.Multiply(out EdwardsPoint expected, scalar);
            Assert.Equal(Encoded(expected), Encoded(sum));
        }
    }

    private static byte[] Encoded(EdwardsPoint point)
    {
        byte[] encoded = new byte[32];
        point.Encode(encoded);
        return encoded;
    }

    private static void AssertEncodes(BigInteger expected, FieldElement25519 element)
    {
        byte[] encoded = new byte[32];
        element.Encode(encoded);
        Assert.Equal(expected, Unsigned(encoded));
        Assert.Equal(expected.IsZero ? 1ul : 0ul, element.IsZero());
        Assert.Equal((uint)(expected & 1), element.LowBit());
    }

    private static void AssertTight(FieldElement25519 element) =>
        Assert.All(Limbs(element), limb => Assert.True(limb <= 1ul << 51));

    /// <summary>Limbs of up to <paramref name="bits"/> bits, a quarter of them the largest there are.</summary>
    private static FieldElement25519 Element(Random random, int bits)
    {
        ulong Limb() => random.Next(4) == 0 ? (1ul << bits) - 1 : (ulong)random.NextInt64(1L << bits);
        return new FieldElement25519(Limb(), Limb(), Limb(), Limb(), Limb());
    }

    private static FieldElement25519 Tight(Random random)
    {
        ulong Limb() => random.Next(4) == 0 ? 1ul << 51 : (ulong)random.NextInt64(1L << 51);
        return new FieldElement25519(Limb(), Limb(), Limb(), Limb(), Limb());
    }

    private static FieldElement25519 Element(BigInteger value)
    {
        ulong Limb(int i) => (ulong)((value >> (51 * i)) & ((i == 4 ? BigInteger.One << 53 : BigInteger.One << 51) - 1));
        return new FieldElement25519(Limb(0), Limb(1), Limb(2), Limb(3), Limb(4));
    }

    private static ulong[] Limbs(FieldElement25519 element) =>
        MemoryMarshal.Cast<FieldElement25519, ulong>(new ReadOnlySpan<FieldElement25519>(ref element)).ToArray();

    private static BigInteger Value(FieldElement25519 element)
    {
        ulong[] limbs = Limbs(element);
        return limbs.Select((limb, i) => (BigInteger)limb << (51 * i)).Aggregate((x, y) => x + y);
    }

    private static BigInteger Unsigned(byte[] bytes) => new(bytes, isUnsigned: true);

    private static byte[] LittleEndian(BigInteger value, int length)
    {
        byte[] bytes = new byte[length];
        value.TryWriteBytes(bytes, out _, isUnsigned: true);
        return bytes;
    }

    private static byte[] RandomBytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
