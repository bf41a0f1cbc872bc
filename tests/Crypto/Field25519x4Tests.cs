using System.Numerics;
using System.Runtime.Intrinsics;
using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

/// <summary>The four-lane field against arbitrary-precision integers, at the bounds its comments promise. On a machine without
/// AVX2 there is nothing to test, and every fact passes over no lanes.</summary>
public sealed unsafe class Field25519x4Tests
{
    private const int Limbs = FieldElement25519x4.Limbs;
    private static readonly BigInteger s_p = (BigInteger.One << 255) - 19;
    private static readonly int s_rounds = X25519Avx2.IsSupported ? 2000 : 0;

    // Limbs of 26 bits; those of 25 have half.
    private const ulong Tight = (1ul << 26) + (1ul << 16);
    private const ulong Loose = (3ul << 26) + (1ul << 17);

    [Fact]
    public void Multiply_LimbsUpToTheirBounds_IsTheProductAndTight()
    {
        Random random = new(1);
        byte* memory = stackalloc byte[32 * (4 * Limbs + 1)];
        Vector256<ulong>* a = Align(memory), b = a + 2 * Limbs, product = a + 3 * Limbs;
        for (int round = 0; round < s_rounds; round++)
        {
            Fill(a, random, Loose);
            Fill(b, random, Loose);
            for (int i = 0; i < Limbs; i++)
                FieldElement25519x4.SetTable(b, i, b[i]);
            FieldElement25519x4.Multiply(product, a, b);
            for (int lane = 0; lane < 4; lane++)
                Assert.Equal(Value(a, lane) * Value(b, lane) % s_p, Value(product, lane) % s_p);
            AssertTight(product);
        }
    }

    [Fact]
    public void Square_LimbsUpToTheirBounds_IsTheSquareAndTight()
    {
        Random random = new(2);
        byte* memory = stackalloc byte[32 * (2 * Limbs + 1)];
        Vector256<ulong>* a = Align(memory), square = a + Limbs;
        for (int round = 0; round < s_rounds; round++)
        {
            Fill(a, random, Loose);
            FieldElement25519x4.Square(square, a);
            for (int lane = 0; lane < 4; lane++)
                Assert.Equal(Value(a, lane) * Value(a, lane) % s_p, Value(square, lane) % s_p);
            AssertTight(square);
        }
    }

    [Fact]
    public void MultiplySmallAndAdd_LimbsUpToTheirBounds_IsTheSumWithItsTable()
    {
        Random random = new(3);
        byte* memory = stackalloc byte[32 * (4 * Limbs + 1)];
        Vector256<ulong>* a = Align(memory), sum = a + 2 * Limbs, before = a + 3 * Limbs;
        ulong[] factors = [0, 121665, 1, (1ul << 17) - 1];
        for (int round = 0; round < s_rounds; round++)
        {
            Fill(a, random, Loose);
            Fill(before, random, Tight);
            new Span<Vector256<ulong>>(before, Limbs).CopyTo(new Span<Vector256<ulong>>(sum, Limbs));
            FieldElement25519x4.MultiplySmallAndAdd(sum, a, Vector256.Create(factors));
            for (int lane = 0; lane < 4; lane++)
                Assert.Equal((Value(a, lane) * factors[lane] + Value(before, lane)) % s_p, Value(sum, lane) % s_p);
            AssertTight(sum);
            for (int i = 1; i < Limbs; i++)
                Assert.Equal(19ul * sum[i], sum[i - Limbs]);
        }
    }

    [Fact]
    public void Lanes_SetAndGet_AreTheSameElement()
    {
        Random random = new(4);
        byte* memory = stackalloc byte[32 * (Limbs + 1)];
        Vector256<ulong>* element = Align(memory);
        for (int round = 0; round < s_rounds; round++)
        {
            byte[] encoded = new byte[32];
            random.NextBytes(encoded);
            FieldElement25519 value = FieldElement25519.Decode(encoded);
            FieldElement25519x4.SetLane(element, round % 4, value);
            FieldElement25519 back = FieldElement25519x4.GetLane(element, round % 4);
            Assert.Equal(
                (value.Limb0, value.Limb1, value.Limb2, value.Limb3, value.Limb4),
                (back.Limb0, back.Limb1, back.Limb2, back.Limb3, back.Limb4));
        }
    }

    private static Vector256<ulong>* Align(byte* memory) => (Vector256<ulong>*)(((nuint)memory + 31) & ~(nuint)31);

    /// <summary>Limbs up to the bound, a third of them at it.</summary>
    private static void Fill(Vector256<ulong>* element, Random random, ulong bound)
    {
        ulong* limbs = (ulong*)element;
        for (int i = 0; i < 4 * Limbs; i++)
        {
            ulong most = (i / 4) % 2 == 0 ? bound : bound / 2;
            limbs[i] = random.Next(3) == 0 ? most : (ulong)random.NextInt64((long)most + 1);
        }
    }

    private static BigInteger Value(Vector256<ulong>* element, int lane)
    {
        BigInteger value = 0;
        for (int i = 0; i < Limbs; i++)
            value += (BigInteger)element[i][lane] << ((51 * i + 1) / 2);
        return value;
    }

    private static void AssertTight(Vector256<ulong>* element)
    {
        for (int i = 0; i < Limbs; i++)
        {
            for (int lane = 0; lane < 4; lane++)
                Assert.True(element[i][lane] <= (i % 2 == 0 ? Tight : Tight / 2), $"limb {i}, lane {lane}");
        }
    }
}
