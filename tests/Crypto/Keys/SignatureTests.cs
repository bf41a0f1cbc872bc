using System.Security.Cryptography;
using LucidSsh.Crypto;
using LucidSsh.Wire;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace LucidSsh.Tests.Crypto.Keys;

/// <summary>Signatures in both directions against the base library (RSA, ECDSA) and BouncyCastle (Ed25519).</summary>
public sealed class SignatureTests
{
    public static TheoryData<string, string> Algorithms => new()
    {
        { "ssh-ed25519", "ssh-ed25519" },
        { "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256" },
        { "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384" },
        { "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521" },
        { "ssh-rsa", "rsa-sha2-512" },
        { "ssh-rsa", "rsa-sha2-256" },
        { "ssh-rsa", "ssh-rsa" },
    };

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Sign_AnyData_IsVerifiedByTheOracleAndByItself(string type, string algorithm)
    {
        using PrivateKey key = KeyTools.NewKey(type);
        for (int length = 0; length < 300; length += 37)
        {
            byte[] data = RandomNumberGenerator.GetBytes(length);

            byte[] blob = key.Sign(algorithm, data, SystemRandom.Shared);

            Assert.True(key.PublicKey.Verify(algorithm, data, blob));
            Assert.True(OracleVerifies(key, algorithm, data, blob));
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Verify_OracleSignature_IsAcceptedAndAnyChangeIsNot(string type, string algorithm)
    {
        using PrivateKey key = KeyTools.NewKey(type);
        byte[] data = RandomNumberGenerator.GetBytes(100), blob = OracleSigns(key, algorithm, data);

        Assert.True(key.PublicKey.Verify(algorithm, data, blob));
        for (int i = 0; i < blob.Length; i++)
        {
            byte[] changed = (byte[])blob.Clone();
            changed[i] ^= (byte)(1 << (i % 8));
            Assert.False(key.PublicKey.Verify(algorithm, data, changed), $"byte {i} changed");
            Assert.False(key.PublicKey.Verify(algorithm, data, blob.AsSpan(0, i)), $"cut to {i} bytes");
        }

        Assert.False(key.PublicKey.Verify(algorithm, data, [.. blob, 0]));
        Assert.False(key.PublicKey.Verify(algorithm, [.. data, 0], blob));
    }

    [Fact]
    public void Verify_OtherAlgorithmThanTheBlobNames_IsFalse()
    {
        using PrivateKey key = KeyTools.NewKey("ssh-rsa");
        byte[] blob = key.Sign("rsa-sha2-256", "data"u8, SystemRandom.Shared);

        Assert.True(key.PublicKey.Verify("rsa-sha2-256", "data"u8, blob));
        Assert.False(key.PublicKey.Verify("rsa-sha2-512", "data"u8, blob));
        Assert.False(key.PublicKey.Verify("ssh-rsa", "data"u8, blob));
        Assert.False(key.PublicKey.Verify("ssh-ed25519", "data"u8, blob));
        Assert.False(key.PublicKey.Verify("no-such", "data"u8, blob));
    }

    [Fact]
    public void Verify_RsaSignatureWithoutItsLeadingZeros_IsAccepted()
    {
        using PrivateKey key = KeyTools.NewKey("ssh-rsa");
        for (int i = 0; ; i++)
        {
            byte[] data = [(byte)i, (byte)(i >> 8)], blob = key.Sign("rsa-sha2-256", data, SystemRandom.Shared);
            SshReader reader = new(blob);
            reader.String("algorithm");
            ReadOnlySpan<byte> signature = reader.String("signature");
            if (signature[0] != 0)
                continue;

            WireBuffer shorter = new();
            SshWriter writer = new(shorter);
            writer.Text("rsa-sha2-256");
            writer.String(signature.TrimStart((byte)0));
            Assert.True(key.PublicKey.Verify("rsa-sha2-256", data, shorter.Written));
            return;
        }
    }

    [Fact]
    public void Sign_AlgorithmOfAnotherType_IsRefusedAndNamesTheRightOnes()
    {
        using PrivateKey key = KeyTools.NewKey("ssh-rsa");

        LocalMisuseException refusal = Assert.Throws<LocalMisuseException>(() => key.Sign("ssh-ed25519", [], SystemRandom.Shared));

        Assert.Equal("It signs with rsa-sha2-512, rsa-sha2-256, ssh-rsa.", refusal.Remedy);
    }

    [Theory]
    [InlineData("ssh-ed25519")]
    [InlineData("ecdsa-sha2-nistp256")]
    [InlineData("ssh-rsa")]
    public void Sign_DisposedKey_Throws(string type)
    {
        PrivateKey key = KeyTools.NewKey(type);
        key.Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.Sign(key.PublicKey.SignatureAlgorithms[0], [], SystemRandom.Shared));
    }

    private static bool OracleVerifies(PrivateKey key, string algorithm, byte[] data, byte[] blob)
    {
        SshReader reader = new(blob);
        Assert.Equal(algorithm, reader.Name("algorithm"));
        byte[] signature = reader.String("signature").ToArray();
        Assert.True(reader.Complete());
        switch (key.PublicKey.Type)
        {
            case "ssh-ed25519":
                Ed25519Signer verifier = new();
                verifier.Init(false, new Ed25519PublicKeyParameters(key.PublicKey.Blob.ToArray(), 19));
                verifier.BlockUpdate(data, 0, data.Length);
                return verifier.VerifySignature(signature);
            case "ssh-rsa":
                using (RSA rsa = OracleRsa(key))
                    return rsa.VerifyData(data, signature, OracleHash(algorithm), RSASignaturePadding.Pkcs1);
            default:
                using (ECDsa ecdsa = OracleEcdsa(key))
                {
                    SshReader numbers = new(signature);
                    int size = (key.PublicKey.Bits + 7) / 8;
                    byte[] fixedForm = [.. Wide(numbers.MpInt("r"), size), .. Wide(numbers.MpInt("s"), size)];
                    return numbers.Complete() && ecdsa.VerifyData(data, fixedForm, OracleHash(algorithm));
                }
        }
    }

    private static byte[] OracleSigns(PrivateKey key, string algorithm, byte[] data)
    {
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        writer.Text(algorithm);
        switch (key)
        {
            case SshEd25519PrivateKey ed25519:
                Ed25519Signer signer = new();
                signer.Init(true, new Ed25519PrivateKeyParameters(ed25519.Seed.ToArray(), 0));
                signer.BlockUpdate(data, 0, data.Length);
                writer.String(signer.GenerateSignature());
                break;
            case SshRsaPrivateKey:
                using (RSA rsa = OracleRsa(key))
                    writer.String(rsa.SignData(data, OracleHash(algorithm), RSASignaturePadding.Pkcs1));
                break;
            default:
                using (ECDsa ecdsa = OracleEcdsa(key))
                {
                    byte[] signature = ecdsa.SignData(data, OracleHash(algorithm));
                    int start = writer.BeginString();
                    writer.MpInt(signature.AsSpan(0, signature.Length / 2));
                    writer.MpInt(signature.AsSpan(signature.Length / 2));
                    writer.EndString(start);
                }

                break;
        }

        return buffer.Written.ToArray();
    }

    private static RSA OracleRsa(PrivateKey key)
    {
        RSA rsa = RSA.Create();
        rsa.ImportFromPem(System.Text.Encoding.ASCII.GetString(KeyFile.Write(key, KeyFileFormat.Pkcs8)));
        return rsa;
    }

    private static ECDsa OracleEcdsa(PrivateKey key)
    {
        ECDsa ecdsa = ECDsa.Create();
        ecdsa.ImportFromPem(System.Text.Encoding.ASCII.GetString(KeyFile.Write(key, KeyFileFormat.Pkcs8)));
        return ecdsa;
    }

    private static HashAlgorithmName OracleHash(string algorithm) => algorithm switch
    {
        "ssh-rsa" => HashAlgorithmName.SHA1,
        "ecdsa-sha2-nistp256" or "rsa-sha2-256" => HashAlgorithmName.SHA256,
        "ecdsa-sha2-nistp384" => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };

    private static byte[] Wide(ReadOnlySpan<byte> magnitude, int size)
    {
        byte[] wide = new byte[size];
        magnitude.CopyTo(wide.AsSpan(size - magnitude.Length));
        return wide;
    }
}
