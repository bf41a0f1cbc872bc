using System.Buffers.Binary;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Crypto;
using LucidSsh.Tests.Crypto;
using LucidSsh.Transport;

namespace LucidSsh.Tests.Transport;

/// <summary>The exchange hash and the keys made of it, against the base library's hashes over bytes put together here.</summary>
public sealed class ExchangeHashTests
{
    private static readonly HashName[] s_hashes = [HashName.Sha1, HashName.Sha256, HashName.Sha384, HashName.Sha512];

    [Fact]
    public void Compute_AnyParts_IsTheHashOfSection8() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            SeededRandom random = new(seed);
            byte[][] parts = [.. Enumerable.Range(0, 6).Select(_ => random.Bytes(random.Next(300)))];
            byte[] secret = random.Bytes(37);
            byte[] bytes = [
                .. String("SSH-2.0-c"u8.ToArray()), .. String("SSH-2.0-s x"u8.ToArray()), .. parts[..3].SelectMany(String), .. parts[3],
                .. parts[4..].SelectMany(String), .. secret,
            ];
            foreach (HashName name in s_hashes)
                Assert.Equal(Oracle(name, bytes), ExchangeHash.Compute(name, "SSH-2.0-c", "SSH-2.0-s x", parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], secret));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Derive_AnyLength_IsSection72sConstruction()
    {
        SeededRandom random = new(1);
        byte[] k = random.Bytes(33), h = random.Bytes(32), session = random.Bytes(20);
        using Secret secret = new(k);
        foreach (HashName name in s_hashes)
        {
            KeyDerivation derivation = new(name, secret, h, session);
            foreach (char letter in "ABCDEF")
            {
                byte[] stream = Oracle(name, [.. k, .. h, (byte)letter, .. session]);
                while (stream.Length < 200)
                    stream = [.. stream, .. Oracle(name, [.. k, .. h, .. stream])];
                for (int length = 0; length < 200; length++)
                {
                    using Secret key = derivation.Derive(letter, length);
                    Assert.Equal(stream.AsSpan(0, length), key.Span);
                }
            }
        }
    }

    private static byte[] String(byte[] value)
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, value.Length);
        return [.. length, .. value];
    }

    private static byte[] Oracle(HashName name, byte[] data) => CryptographicOperations.HashData(HashTests.BaseName(name), data);
}
