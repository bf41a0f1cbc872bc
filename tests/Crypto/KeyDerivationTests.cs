using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

public sealed class KeyDerivationTests
{
    // RFC 6070 (SHA-1), RFC 7914 section 11 (SHA-256).
    [Theory]
    [InlineData(1, "password", "salt", 1, "0c60c80f961f0e71f3a9b524af6012062fe037a6")]
    [InlineData(1, "password", "salt", 2, "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957")]
    [InlineData(1, "password", "salt", 4096, "4b007901b765489abead49d926f721d065a429c1")]
    [InlineData(1, "passwordPASSWORDpassword", "saltSALTsaltSALTsaltSALTsaltSALTsalt", 4096, "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038")]
    [InlineData(1, "pass\0word", "sa\0lt", 4096, "56fa6aa75548099dcc37d7f03425e0c3")]
    [InlineData(2, "passwd", "salt", 1, "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783")]
    [InlineData(2, "Password", "NaCl", 80000, "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d")]
    public void Pbkdf2_PublishedExample_Matches(int name, string password, string salt, int iterations, string expected)
    {
        byte[] key = new byte[expected.Length / 2];
        Pbkdf2.Derive((HashName)name, Encoding.ASCII.GetBytes(password), Encoding.ASCII.GetBytes(salt), iterations, key);
        Assert.Equal(expected, Convert.ToHexStringLower(key));
    }

    [Fact]
    public void Pbkdf2_AnyInput_AgreesWithTheBaseLibrary() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<int>(),
            seed =>
            {
                Random random = new(seed);
                HashName name = HashTests.Names[random.Next(1, (int)HashName.Sha224)]; // the base library has all but MD5 and SHA-224
                byte[] password = HashTests.RandomBytes(seed, random.Next(200)), salt = HashTests.RandomBytes(~seed, random.Next(100));
                byte[] key = new byte[random.Next(1, 200)];
                int iterations = random.Next(1, 20);
                Pbkdf2.Derive(name, password, salt, iterations, key);
                return Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashTests.BaseName(name), key.Length)
                    .AsSpan().SequenceEqual(key);
            }).QuickCheckThrowOnFailure();

    // OpenBSD, regress/lib/libutil/bcrypt_pbkdf/bcrypt_pbkdf_test.c.
    [Theory]
    [InlineData("70617373776f7264", "73616c74", 4, "5bbf0cc293587f1c3635555c27796598d47e579071bf427e9d8fbe842aba34d9")]
    [InlineData("70617373776f7264", "00", 4, "c12b566235eee04c212598970a579a67")]
    [InlineData("00", "73616c74", 4, "6051be18c2f4f82cbf0efee5471b4bb9")]
    [InlineData("70617373776f726400", "73616c7400", 4, "7410e44cf4fa07bfaac8a928b1727fac001375e7bf7384370f48efd121743050")]
    [InlineData("7061737300776f72", "7361006c", 4, "c2bffd9db38f6569efef4372f4de83c0")]
    [InlineData("7061737300776f7264", "7361006c74", 4, "4ba4ac3925c0e8d7f0cdb6bb1684a56f")]
    [InlineData("70617373776f7264", "73616c74", 8, "e1367ec5151a33faac4cc1c144cd23fa15d5548493ecc99b9b5d9c0d3b27bec76227ea66088b849b20ab7aa478010246e74bba51723fefa9f9474d6508845e8d")]
    [InlineData("70617373776f7264", "73616c74", 42, "833cf0dcf56db65608e8f0dc0ce882bd")]
    [InlineData("0db3ac94b3ee53284f4a22893b3c24ae", "3a62f0f0dbcef823cfcc854856ea1028", 8, "204438175eee7ce136c91b49a67923ff")]
    [InlineData("0db3ac94b3ee53284f4a22893b3c24ae", "3a62f0f0dbcef823cfcc854856ea1028", 8, "2054b9fff34e3721440334746828e9ed38de4b72e0a69adc170a13b5e8d646385ea4034ae6d26600ee2332c5ed40ad557c86e3403fbb30e4e1dc1ae06b99a071368f518d2c426651c9e7e437fd6c915b1bbfc3a4cea71491490ea7afb7dd0290a678a4f441128db1792eab2776b21eb4238e0715add4127dff44e4b3e4cc4c4f9970083f3f74bd698873fdf648844f75c9bf7f9e0c4d9e5d89a7783997492966616707611cb901de31a19726b6e08c3a8001661f2d5c9dcc33b4aa072f90dd0b3f548d5eeba4211397e2fb062e526e1d68f46a4ce256185b4badc2685fbe78e1c7657b59f83ab9ab80cf9318d6add1f5933f12d6f36182c8e8115f68030a1244")]
    public void BcryptPbkdf_ExamplesOfOpenBsd_Match(string password, string salt, int rounds, string expected)
    {
        byte[] key = new byte[expected.Length / 2];
        BcryptPbkdf.Derive(Convert.FromHexString(password), Convert.FromHexString(salt), rounds, key);
        Assert.Equal(expected, Convert.ToHexStringLower(key));
    }

    [Fact]
    public void BcryptPbkdf_NoRoundsOrImpossibleLength_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => BcryptPbkdf.Derive([1], [2], 0, new byte[32]));
        Assert.Throws<ArgumentOutOfRangeException>(() => BcryptPbkdf.Derive([1], [2], 1, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => BcryptPbkdf.Derive([1], [2], 1, new byte[1025]));
    }

    // openssl enc -aes-256-cbc -md md5 -k secret -S 0102030405060708 -P
    [Fact]
    public void PemKeyDerivation_AsOpenSslPrintsIt_Matches()
    {
        byte[] key = new byte[48];
        PemKeyDerivation.Derive("secret"u8, [1, 2, 3, 4, 5, 6, 7, 8], key);
        Assert.Equal(
            "c9e5a1bd216dbe1317e230cef48f38ee7f0e17ad64022144bccec4a1aa2879abe24b32bbbc4ef02ecbcb6576523ad893",
            Convert.ToHexStringLower(key));
    }

    [Fact]
    public void PemKeyDerivation_AnyLength_IsThePrefixOfTheChainOfDigests()
    {
        byte[] d1 = MD5.HashData("pass phrase12345678"u8);
        byte[] d2 = MD5.HashData([.. d1, .. "pass phrase12345678"u8]);
        byte[] d3 = MD5.HashData([.. d2, .. "pass phrase12345678"u8]);
        byte[] chain = [.. d1, .. d2, .. d3];
        for (int length = 0; length <= 48; length++)
        {
            byte[] key = new byte[length];
            PemKeyDerivation.Derive("pass phrase"u8, "12345678"u8, key);
            Assert.Equal(chain[..length], key);
        }
    }
}
