using System.Security.Cryptography;
using System.Text;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Crypto.Keys;

/// <summary>Keys of FIDO tokens: what a token in software signs is verified, and nothing near it is.</summary>
public sealed class SecurityKeyTests(KeyTools tools) : IClassFixture<KeyTools>
{
    private const string Origin = "https://ssh.example";

    public static TheoryData<string> Types => ["sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"];

    [Theory]
    [MemberData(nameof(Types))]
    public void Verify_SignatureOfAToken_IsAcceptedAndAnyChangeIsNot(string type)
    {
        using SecurityToken token = new(type), other = new(type), elsewhere = new(type, "ssh:elsewhere");
        byte[] data = RandomNumberGenerator.GetBytes(100), blob = token.Sign(data);

        Assert.True(token.PublicKey.Verify(type, data, blob));
        for (int i = 0; i < blob.Length; i++)
        {
            byte[] changed = (byte[])blob.Clone();
            changed[i] ^= (byte)(1 << (i % 8));
            Assert.False(token.PublicKey.Verify(type, data, changed, SecurityKeyDemand.None), $"byte {i} changed");
            Assert.False(token.PublicKey.Verify(type, data, blob.AsSpan(0, i), SecurityKeyDemand.None), $"cut to {i} bytes");
        }

        Assert.False(token.PublicKey.Verify(type, data, [.. blob, 0]));
        Assert.False(token.PublicKey.Verify(type, [.. data, 0], blob));
        Assert.False(other.PublicKey.Verify(type, data, blob));
        Assert.False(token.PublicKey.Verify(type, data, elsewhere.Sign(data)));
        Assert.False(token.PublicKey.Verify("ssh-ed25519", data, blob));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Verify_TokenThatNobodyTouched_IsRefusedUnlessThatIsAllowed(string type)
    {
        using SecurityToken token = new(type) { Flags = 0 };
        byte[] untouched = token.Sign("data"u8);
        token.Flags = SecurityToken.Touched;
        byte[] touched = token.Sign("data"u8);
        token.Flags = SecurityToken.Touched | SecurityToken.Verified;
        byte[] verified = token.Sign("data"u8);

        Assert.False(token.PublicKey.Verify(type, "data"u8, untouched));
        Assert.True(token.PublicKey.Verify(type, "data"u8, untouched, SecurityKeyDemand.None));
        Assert.True(token.PublicKey.Verify(type, "data"u8, touched));
        Assert.False(token.PublicKey.Verify(type, "data"u8, touched, SecurityKeyDemand.UserPresence | SecurityKeyDemand.UserVerification));
        Assert.True(token.PublicKey.Verify(type, "data"u8, verified, SecurityKeyDemand.UserPresence | SecurityKeyDemand.UserVerification));
        Assert.Equal(new SecurityKeyAssertion(SecurityToken.Touched | SecurityToken.Verified, token.Counter), SecurityKeyAssertion.Read(verified));
    }

    [Fact]
    public void Verify_SignatureOfABrowser_HoldsOnlyWhereItsClientDataSaysTheSame()
    {
        using SecurityToken token = new("sk-ecdsa-sha2-nistp256@openssh.com", "ssh.example");
        byte[] plain = token.SignInBrowser("data"u8, Origin), extended = token.SignInBrowser("data"u8, Origin, extensions: [0xa0]);

        Assert.True(token.PublicKey.Verify(SecurityToken.WebAuthn, "data"u8, plain));
        Assert.True(token.PublicKey.Verify(SecurityToken.WebAuthn, "data"u8, extended));
        Assert.False(token.PublicKey.Verify(SecurityToken.WebAuthn, "date"u8, plain));
        Assert.False(token.PublicKey.Verify(token.PublicKey.Type, "data"u8, plain));
        Assert.False(Verifies("""{"type":"webauthn.create","challenge":"ZGF0YQ","origin":"https://ssh.example"}"""));
        Assert.False(Verifies("""{"type":"webauthn.get","challenge":"ZGF0YQ==","origin":"https://ssh.example"}"""));
        Assert.False(Verifies("""{"type":"webauthn.get","challenge":"ZGF0YQ","origin":"https://other.example"}"""));
        Assert.False(Verifies("""{"type":"webauthn.get","origin":"https://ssh.example","challenge":"ZGF0YQ"}"""));
        Assert.False(Verifies(""));
        Assert.True(Verifies("""{"type":"webauthn.get","challenge":"ZGF0YQ","origin":"https://ssh.example"}"""));
        token.Flags = SecurityToken.Touched | 0x40;
        Assert.False(Verifies(null));
        token.Flags = SecurityToken.Touched | 0x80;
        Assert.False(Verifies(null));
        token.Flags = 0;
        Assert.False(Verifies(null));

        bool Verifies(string? clientData) =>
            token.PublicKey.Verify(SecurityToken.WebAuthn, "data"u8, token.SignInBrowser("data"u8, Origin, clientData));
    }

    [Fact]
    public void Read_SignatureOfAnotherKey_TellsNothing()
    {
        using PrivateKey key = PrivateKey.Generate("ssh-ed25519");

        Assert.Null(SecurityKeyAssertion.Read(key.Sign("ssh-ed25519", "data"u8, SystemRandom.Shared)));
        Assert.Null(SecurityKeyAssertion.Read([]));
    }

    [Theory]
    [Trait("Peer", "OpenSsh")]
    [MemberData(nameof(Types))]
    public void Token_OfTheTests_SignsAsSshKeygenVerifies(string type)
    {
        using SecurityToken token = new(type);

        Assert.Contains(token.PublicKey.Fingerprint, Checked(token, data => token.Sign(data)), StringComparison.Ordinal);
        if (type.Contains("ecdsa", StringComparison.Ordinal))
            Assert.Contains(token.PublicKey.Fingerprint, Checked(token, data => token.SignInBrowser(data, Origin)), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Parse_MalformedKey_IsRefused(string type)
    {
        using SecurityToken token = new(type);
        byte[] blob = token.PublicKey.Blob.ToArray(), withNul = [.. blob], overlong = [.. blob[..^8], 0, 0, 4, 1, .. new byte[1025]];
        withNul[^1] = 0;

        for (int length = 0; length < blob.Length; length++)
            Assert.Throws<PeerMisbehavedException>(() => PublicKey.Parse(blob.AsSpan(0, length)));
        Assert.Contains("application holds a NUL", Assert.Throws<PeerMisbehavedException>(() => PublicKey.Parse(withNul)).Sentence, StringComparison.Ordinal);
        Assert.Contains("application", Assert.Throws<PeerMisbehavedException>(() => PublicKey.Parse(overlong)).Sentence, StringComparison.Ordinal);
        Assert.Throws<PeerMisbehavedException>(() => PublicKey.Parse([.. blob, 0]));
        Assert.Equal(token.PublicKey, PublicKey.ParseOpenSshLine(token.PublicKey.ToOpenSshLine("me")));
    }

    // OpenSSH PROTOCOL.sshsig, and ssh-keygen's opinion of it.
    private string Checked(SecurityToken token, Func<byte[], byte[]> sign)
    {
        WireBuffer signed = new(), file = new();
        SshWriter inner = new(signed), outer = new(file);
        inner.Bytes("SSHSIG"u8);
        inner.Text("test");
        inner.Text("");
        inner.Text("sha512");
        inner.String(SHA512.HashData("message"u8));
        byte[] signature = sign(signed.Written.ToArray());
        outer.Bytes("SSHSIG"u8);
        outer.UInt32(1);
        outer.String(token.PublicKey.Blob.Span);
        outer.Text("test");
        outer.Text("");
        outer.Text("sha512");
        outer.String(signature);
        string path = tools.WriteFile(Encoding.ASCII.GetBytes(
            $"-----BEGIN SSH SIGNATURE-----\n{Convert.ToBase64String(file.Written, Base64FormattingOptions.InsertLineBreaks)}\n-----END SSH SIGNATURE-----\n"));
        return KeyTools.Run("ssh-keygen", ["-Y", "check-novalidate", "-n", "test", "-s", path], "message");
    }
}
