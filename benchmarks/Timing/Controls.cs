using System.Numerics;

namespace LucidSsh.Benchmarks.Timing;

/// <summary>Operations that leak. What does not catch them catches nothing.</summary>
internal static class Controls
{
    public static IEnumerable<TimingCase> All()
    {
        byte[] expected = new byte[32];
        Random.Shared.NextBytes(expected);
        Input guess = new(expected.Length);
        yield return new TimingCase(
            "control: comparing until the first difference", "wrong first byte", "wrong last byte", 20_000, 50,
            Input.Spoilt(guess, expected),
            () => AreEqual(guess.Bytes, expected))
        { IsControl = true };

        BigInteger modulus = BigInteger.Pow(2, 2048) - 1942289; // odd, that is enough
        BigInteger value = new(expected, isUnsigned: true);
        byte[] light = new byte[64];
        light[^1] = 0x80;
        Input exponent = new(light.Length);
        BigInteger power = default;
        yield return new TimingCase(
            "control: BigInteger.ModPow", "exponent of one bit", "random exponent", 400, 1,
            second =>
            {
                exponent.FixedOrRandom(second, light);
                exponent.Bytes[^1] |= 0x80;
                power = new BigInteger(exponent.Bytes, isUnsigned: true);
            },
            () => BigInteger.ModPow(value, power, modulus))
        { IsControl = true };
    }

    private static bool AreEqual(byte[] left, byte[] right)
    {
        for (int i = 0; i < left.Length; i++)
        {
            if (left[i] != right[i])
                return false;
        }

        return true;
    }
}
