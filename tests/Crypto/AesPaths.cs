using System.Reflection;
using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

/// <summary>Every way this processor can compute AES, so that each test runs on all of them.</summary>
internal static class AesPaths
{
    public static readonly AesPath[] All =
        AesHardware.IsSupported ? [AesPath.Portable, AesPath.Hardware] : [AesPath.Portable];

    /// <summary>The arrays under every <see cref="Secret"/> that <paramref name="owner"/> holds, directly or through its parts.</summary>
    public static List<byte[]> SecretsOf(object owner)
    {
        List<byte[]> found = [];
        for (Type? type = owner.GetType(); type is not null; type = type.BaseType)
        {
            foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (owner is Secret && field.FieldType == typeof(byte[]))
                    found.Add((byte[])field.GetValue(owner)!);
                else if (field.FieldType.Namespace == typeof(Secret).Namespace && field.FieldType.IsClass)
                    found.AddRange(SecretsOf(field.GetValue(owner)!));
            }
        }

        return found;
    }

    /// <summary>Asserts that <paramref name="owner"/> holds secrets that are zero after it is disposed, and not before.</summary>
    public static void AssertDisposeZeroes(IDisposable owner)
    {
        List<byte[]> secrets = SecretsOf(owner);
        Assert.NotEmpty(secrets);
        Assert.All(secrets, secret => Assert.Contains(secret, value => value != 0));
        owner.Dispose();
        Assert.All(secrets, secret => Assert.All(secret, value => Assert.Equal(0, value)));
    }

    /// <summary>A span of <paramref name="length"/> random bytes that begins at any alignment.</summary>
    public static Span<byte> Misaligned(Random random, int length)
    {
        int offset = random.Next(64);
        byte[] bytes = new byte[offset + length];
        random.NextBytes(bytes);
        return bytes.AsSpan(offset, length);
    }

    /// <summary>A random key of one of the three lengths.</summary>
    public static byte[] Key(Random random)
    {
        byte[] key = new byte[16 + (8 * random.Next(3))];
        random.NextBytes(key);
        return key;
    }
}
