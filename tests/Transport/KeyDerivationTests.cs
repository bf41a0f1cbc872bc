using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Crypto;
using LucidSsh.Transport;

namespace LucidSsh.Tests.Transport;

/// <summary>The exchange hash and the keys made from it, against the base library's hashes.</summary>
public class KeyDerivationTests
{
    private static readonly HashName[] Hashes = [HashName.Sha1, HashName.Sha256, HashName.Sha384, HashName.Sha512];

    [Fact]
    public void ExchangeHash_IsTheHashOfEveryPartAsAString() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<NonNull<byte[]>[]>(),
            parts =>
            {
                byte[] Part(int i) => i < parts.Length ? parts[i].Get : [(byte)i];
                byte[] secret = [0, 0, 0, 2, 0, 0x80];
                byte[] text =
                [
                    .. String("SSH-2.0-c"u8), .. String("SSH-2.0-the server"u8),
                    .. String(Part(0)), .. String(Part(1)), .. String(Part(2)), .. String(Part(3)), .. String(Part(4)), .. secret,
                ];
                return Hashes.All(name => Of(name, text).AsSpan().SequenceEqual(ExchangeHash.Compute(
                    name, "SSH-2.0-c", "SSH-2.0-the server", Part(0), Part(1), Part(2), Part(3), Part(4), secret)));
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Derive_EveryLetterAndLength_IsTheChainOfRfc4253()
    {
        byte[] secret = [0, 0, 0, 3, 1, 2, 3];
        byte[] sessionId = Encoding.ASCII.GetBytes("the first exchange hash");
        foreach (HashName name in Hashes)
        {
            byte[] hash = Of(name, [9]);
            using Secret encoded = new(secret);
            KeyDerivation derivation = new(name, encoded, hash, sessionId);
            foreach (char letter in "ABCDEF")
            {
                byte[] stream = Of(name, [.. secret, .. hash, (byte)letter, .. sessionId]);
                while (stream.Length < 200)
                    stream = [.. stream, .. Of(name, [.. secret, .. hash, .. stream])];
                for (int length = 0; length <= 200; length++)
                {
                    using Secret key = derivation.Derive(letter, length);
                    Assert.Equal(stream[..length], key.Span.ToArray());
                }
            }
        }
    }

    private static byte[] String(ReadOnlySpan<byte> value)
    {
        byte[] result = new byte[4 + value.Length];
        BinaryPrimitives.WriteInt32BigEndian(result, value.Length);
        value.CopyTo(result.AsSpan(4));
        return result;
    }

    private static byte[] Of(HashName name, byte[] text) => name switch
    {
        HashName.Sha1 => SHA1.HashData(text),
        HashName.Sha256 => SHA256.HashData(text),
        HashName.Sha384 => SHA384.HashData(text),
        _ => SHA512.HashData(text),
    };
}
