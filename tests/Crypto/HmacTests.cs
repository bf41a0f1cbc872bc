using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Crypto;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Parameters;

namespace LucidSsh.Tests.Crypto;

public sealed class HmacTests
{
    private static readonly byte[] s_counted = Convert.FromHexString("0102030405060708090a0b0c0d0e0f10111213141516171819");

    // RFC 2202 section 2 and 3.
    [Fact]
    public void Compute_ExamplesOfRfc2202_Match()
    {
        Check(HashName.Md5, Filled(0x0b, 16), "Hi There"u8, "9294727a3638bb1c13f48ef8158bfc9d");
        Check(HashName.Md5, "Jefe"u8, "what do ya want for nothing?"u8, "750c783e6ab0b503eaa86e310a5db738");
        Check(HashName.Md5, Filled(0xaa, 16), Filled(0xdd, 50), "56be34521d144c88dbb8c733f0e8b3f6");
        Check(HashName.Sha1, Filled(0x0b, 20), "Hi There"u8, "b617318655057264e28bc0b6fb378c8ef146be00");
        Check(HashName.Sha1, "Jefe"u8, "what do ya want for nothing?"u8, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        Check(HashName.Sha1, Filled(0xaa, 20), Filled(0xdd, 50), "125d7342b9ac11cd91a39af48aa17b4f63f175d3");
        Check(HashName.Sha1, s_counted, Filled(0xcd, 50), "4c9007f4026250c6bc8414f9bf50c86c2d7235da");
        Check(
            HashName.Sha1,
            Filled(0xaa, 80),
            "Test Using Larger Than Block-Size Key - Hash Key First"u8,
            "aa4ae5e15272d00e95705637ce8a3b55ed402112");
    }

    // RFC 4231 sections 4.2 to 4.8.
    [Fact]
    public void Compute_ExamplesOfRfc4231_Match()
    {
        Check(HashName.Sha224, Filled(0x0b, 20), "Hi There"u8, "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22");
        Check(HashName.Sha224, "Jefe"u8, "what do ya want for nothing?"u8, "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44");
        Check(HashName.Sha256, Filled(0x0b, 20), "Hi There"u8, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        Check(
            HashName.Sha384,
            Filled(0x0b, 20),
            "Hi There"u8,
            "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6");
        Check(
            HashName.Sha512,
            Filled(0x0b, 20),
            "Hi There"u8,
            "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854");
        Check(
            HashName.Sha256,
            "Jefe"u8,
            "what do ya want for nothing?"u8,
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        Check(
            HashName.Sha512,
            "Jefe"u8,
            "what do ya want for nothing?"u8,
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
        Check(HashName.Sha256, Filled(0xaa, 20), Filled(0xdd, 50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
        Check(HashName.Sha256, s_counted, Filled(0xcd, 50), "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
        Check(
            HashName.Sha256,
            Filled(0xaa, 131),
            "Test Using Larger Than Block-Size Key - Hash Key First"u8,
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
        Check(
            HashName.Sha512,
            Filled(0xaa, 131),
            "Test Using Larger Than Block-Size Key - Hash Key First"u8,
            "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598");
    }

    [Fact]
    public void Compute_AnyKeyAndMessage_AgreesWithTheOracle() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<int>(),
            seed =>
            {
                Random random = new(seed);
                HashName name = HashTests.Names[random.Next(HashTests.Names.Length)];
                byte[] key = HashTests.RandomBytes(seed, random.Next(300));
                byte[] data = HashTests.RandomBytes(seed + 1, random.Next(3000));
                return Hmac.Compute(name, key, data).AsSpan().SequenceEqual(Oracle(name, key, data));
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Finish_ManyMessagesInParts_EachStartsAfresh()
    {
        foreach (HashName name in HashTests.Names)
        {
            byte[] key = HashTests.RandomBytes(3, 40);
            using Hmac hmac = new(name, key);
            byte[] mac = new byte[hmac.Size];
            for (int length = 0; length < 400; length += 7)
            {
                byte[] message = HashTests.RandomBytes(length, length);
                hmac.Append(message.AsSpan(0, length / 3));
                hmac.Append(message.AsSpan(length / 3));
                hmac.Finish(mac);
                Assert.Equal(Oracle(name, key, message), mac);
            }
        }
    }

    [Fact]
    public void Finish_OnceUnderWay_AllocatesNothing()
    {
        using Hmac hmac = new(HashName.Sha512, [1, 2, 3]);
        byte[] data = new byte[1000], mac = new byte[64];
        hmac.Append(data);
        hmac.Finish(mac);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            hmac.Append(data);
            hmac.Finish(mac);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static byte[] Oracle(HashName name, byte[] key, byte[] data)
    {
        if (name != HashName.Sha224)
            return CryptographicOperations.HmacData(HashTests.BaseName(name), key, data);
        HMac hmac = new(new Sha224Digest());
        byte[] mac = new byte[28];
        hmac.Init(new KeyParameter(key));
        hmac.BlockUpdate(data, 0, data.Length);
        hmac.DoFinal(mac, 0);
        return mac;
    }

    private static byte[] Filled(byte value, int length) => [.. Enumerable.Repeat(value, length)];

    private static void Check(HashName name, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, string expected) =>
        Assert.Equal(expected, Convert.ToHexStringLower(Hmac.Compute(name, key, data)));
}
