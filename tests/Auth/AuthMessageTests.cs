using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Auth;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Auth;

/// <summary>Every message of RFC 4252 and RFC 4256: what is written is read back, to the byte; anything cut off, changed or made up
/// is either a message or a malformed one.</summary>
public sealed class AuthMessageTests
{
    private static readonly Gen<string> Text =
        Gen.Elements("", "alice", "b\u00f6rje", "\u7530\u4e2d", "a\nb\u001b[2J", new string('x', 300));

    private static readonly Gen<string> NameOf = Gen.Elements("ssh-connection", "ssh-ed25519", "x", new string('n', 64));

    private static readonly Gen<byte[]> Blob = Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf();

    [Fact]
    public void UserAuthRequest_WrittenAndRead_IsTheSame() => ForAll(
        from user in Text from service in NameOf from method in NameOf from fields in Blob select (user, service, method, fields),
        x => Message.ToArray(new UserAuthRequest(x.user, x.service, x.method, x.fields)),
        payload =>
        {
            UserAuthRequest m = Message.Decode<UserAuthRequest>(payload);
            return Message.ToArray(new UserAuthRequest(m.User, m.Service, m.Method, m.Fields));
        },
        isOpenEnded: true);

    [Fact]
    public void NoneRequest_WrittenAndRead_IsTheSame() => ForAll(
        from user in Text from service in NameOf select (user, service),
        x => Message.ToArray(new NoneRequest(x.user, x.service)),
        payload =>
        {
            NoneRequest m = Message.Decode<NoneRequest>(payload);
            return Message.ToArray(new NoneRequest(m.User, m.Service));
        });

    [Fact]
    public void PublicKeyRequest_WrittenAndRead_IsTheSame() => ForAll(
        from user in Text
        from algorithm in NameOf
        from key in Blob
        from signed in Gen.Elements(true, false)
        from signature in Blob
        select (user, algorithm, key, signed, signature),
        x => Message.ToArray(new PublicKeyRequest(x.user, "ssh-connection", x.algorithm, x.key, x.signed, x.signature)),
        payload =>
        {
            PublicKeyRequest m = Message.Decode<PublicKeyRequest>(payload);
            return Message.ToArray(new PublicKeyRequest(m.User, m.Service, m.Algorithm, m.KeyBlob, m.IsSigned, m.Signature));
        });

    [Fact]
    public void PublicKeyRequest_HostBound_WrittenAndRead_IsTheSame() => ForAll(
        from user in Text
        from algorithm in NameOf
        from key in Blob
        from host in Blob
        from signed in Gen.Elements(true, false)
        select (user, algorithm, key, host, signed),
        x => Message.ToArray(new PublicKeyRequest(x.user, "ssh-connection", x.algorithm, x.key, x.signed, "SIG"u8, [1, .. x.host])),
        payload =>
        {
            PublicKeyRequest m = Message.Decode<PublicKeyRequest>(payload);
            return Message.ToArray(new PublicKeyRequest(m.User, m.Service, m.Algorithm, m.KeyBlob, m.IsSigned, m.Signature, m.ServerHostKey));
        });

    [Fact]
    public void HostBasedRequest_WrittenAndRead_IsTheSame() => ForAll(
        from user in Text
        from algorithm in NameOf
        from key in Blob
        from host in Text
        from clientUser in Text
        from signature in Blob
        select (user, algorithm, key, host, clientUser, signature),
        x => Message.ToArray(new HostBasedRequest(x.user, "ssh-connection", x.algorithm, x.key, x.host, x.clientUser, x.signature)),
        payload =>
        {
            HostBasedRequest m = Message.Decode<HostBasedRequest>(payload);
            return Message.ToArray(new HostBasedRequest(m.User, m.Service, m.Algorithm, m.KeyBlob, m.ClientHost, m.ClientUser, m.Signature));
        });

    [Fact]
    public void UserAuthPkOk_WrittenAndRead_IsTheSame() => ForAll(
        from algorithm in NameOf from key in Blob select (algorithm, key),
        x => Message.ToArray(new UserAuthPkOk(x.algorithm, x.key)),
        payload =>
        {
            UserAuthPkOk m = Message.Decode<UserAuthPkOk>(payload);
            return Message.ToArray(new UserAuthPkOk(m.Algorithm, m.KeyBlob));
        });

    [Fact]
    public void PasswordRequest_WrittenAndRead_IsTheSame() => ForAll(
        from user in Text
        from password in Blob
        from change in Gen.Elements(true, false)
        from fresh in Blob
        select (user, password, change, fresh),
        x => Message.ToArray(new PasswordRequest(x.user, "ssh-connection", x.password, x.change, x.fresh)),
        payload =>
        {
            PasswordRequest m = Message.Decode<PasswordRequest>(payload);
            return Message.ToArray(new PasswordRequest(m.User, m.Service, m.Password, m.IsChange, m.NewPassword));
        });

    [Fact]
    public void UserAuthPasswdChangeReq_WrittenAndRead_IsTheSame() => ForAll(
        from prompt in Text from language in Text select (prompt, language),
        x => Message.ToArray(new UserAuthPasswdChangeReq(x.prompt, x.language)),
        payload => Message.ToArray(Message.Decode<UserAuthPasswdChangeReq>(payload)));

    [Fact]
    public void UserAuthFailure_WrittenAndRead_IsTheSame() => ForAll(
        from names in NameOf.ArrayOf() from partial in Gen.Elements(true, false) select (names, partial),
        x => Message.ToArray(new UserAuthFailure([.. x.names], x.partial)),
        payload => Message.ToArray(Message.Decode<UserAuthFailure>(payload)));

    [Fact]
    public void UserAuthSuccess_WrittenAndRead_IsTheSame() => ForAll(
        Gen.Constant(0), _ => Message.ToArray(new UserAuthSuccess()),
        payload => Message.ToArray(Message.Decode<UserAuthSuccess>(payload)));

    [Fact]
    public void UserAuthBanner_WrittenAndRead_IsTheSame() => ForAll(
        from message in Text from language in Text select (message, language),
        x => Message.ToArray(new UserAuthBanner(x.message, x.language)),
        payload => Message.ToArray(Message.Decode<UserAuthBanner>(payload)));

    [Fact]
    public void KeyboardInteractiveRequest_WrittenAndRead_IsTheSame() => ForAll(
        from user in Text from language in Text from submethods in Text select (user, language, submethods),
        x => Message.ToArray(new KeyboardInteractiveRequest(x.user, "ssh-connection", x.language, x.submethods)),
        payload =>
        {
            KeyboardInteractiveRequest m = Message.Decode<KeyboardInteractiveRequest>(payload);
            return Message.ToArray(new KeyboardInteractiveRequest(m.User, m.Service, m.Language, m.Submethods));
        });

    [Fact]
    public void UserAuthInfoRequest_WrittenAndRead_IsTheSame() => ForAll(
        from name in Text
        from instruction in Text
        from prompts in (from text in Text from echo in Gen.Elements(true, false) select new InteractivePrompt(text, echo)).ArrayOf()
        select (name, instruction, prompts.Take(64)),
        x => Message.ToArray(new UserAuthInfoRequest(x.name, x.instruction, [.. x.Item3])),
        payload => Message.ToArray(Message.Decode<UserAuthInfoRequest>(payload)));

    [Fact]
    public void UserAuthInfoResponse_WrittenAndRead_IsTheSame() => ForAll(
        Blob.ArrayOf().Select(answers => answers.Take(64)),
        answers => Message.ToArray(new UserAuthInfoResponse([.. answers.Select(a => new Secret(a))])),
        payload =>
        {
            using UserAuthInfoResponse m = Message.Decode<UserAuthInfoResponse>(payload);
            return Message.ToArray(m);
        });

    [Fact]
    public void PasswordRequest_ByTheRfcsTable_IsTheseBytes()
    {
        byte[] expected =
        [
            50, .. String("alice"), .. String("ssh-connection"), .. String("password"), 1, .. String("old"), .. String("new"),
        ];
        Assert.Equal(expected, Message.ToArray(new PasswordRequest("alice", "ssh-connection", "old"u8, isChange: true, "new"u8)));
    }

    [Fact]
    public void PublicKeyRequest_ByTheRfcsTable_IsTheseBytes()
    {
        byte[] expected =
        [
            50, .. String("alice"), .. String("ssh-connection"), .. String("publickey"), 1, .. String("rsa-sha2-256"), .. String("KEY"),
            .. String("SIG"),
        ];
        Assert.Equal(
            expected, Message.ToArray(new PublicKeyRequest("alice", "ssh-connection", "rsa-sha2-256", "KEY"u8, true, "SIG"u8)));
        byte[] signedData = [.. String("SESSION"), .. expected[..^7]];
        Assert.Equal(signedData, SignedRequest.DataToSign("SESSION"u8, "alice", "ssh-connection", "rsa-sha2-256", "KEY"u8));
    }

    [Fact]
    public void PublicKeyRequest_HostBound_ByOpenSshsTable_IsTheseBytes()
    {
        byte[] expected =
        [
            50, .. String("alice"), .. String("ssh-connection"), .. String("publickey-hostbound-v00@openssh.com"), 1, .. String("ssh-ed25519"),
            .. String("KEY"), .. String("HOST"), .. String("SIG"),
        ];
        PublicKeyRequest request = new("alice", "ssh-connection", "ssh-ed25519", "KEY"u8, true, "SIG"u8, "HOST"u8);
        Assert.Equal(expected, Message.ToArray(request));
        PublicKeyRequest unsigned = new("alice", "ssh-connection", "ssh-ed25519", "KEY"u8, true, [], "HOST"u8);
        Assert.Equal([.. String("SESSION"), .. expected[..^7]], SignedRequest.DataToSign("SESSION"u8, unsigned));
        Assert.Equal("HOST"u8.ToArray(), Message.Decode<PublicKeyRequest>(expected).ServerHostKey.ToArray());
    }

    [Fact]
    public void PublicKeyRequest_BoundToNoHost_IsMalformed()
    {
        byte[] payload =
        [
            50, .. String("alice"), .. String("ssh-connection"), .. String("publickey-hostbound-v00@openssh.com"), 0, .. String("ssh-ed25519"),
            .. String("KEY"), .. String(""),
        ];
        Assert.Contains("server host key", Malformed(() => Message.Decode<PublicKeyRequest>(payload)), StringComparison.Ordinal);
    }

    [Fact]
    public void GssApiMessages_WrittenAndRead_AreTheSame()
    {
        ForAll(
            from user in Text from mechanisms in Blob.ArrayOf() select (user, mechanisms),
            x => Message.ToArray(new GssApiRequest(x.user, "ssh-connection", [.. x.mechanisms.Take(5).Select(m => (ReadOnlyMemory<byte>)m)])),
            payload =>
            {
                GssApiRequest m = Message.Decode<GssApiRequest>(payload);
                return Message.ToArray(new GssApiRequest(m.User, m.Service, m.Mechanisms));
            });
        ForAll(Blob, x => Message.ToArray(new UserAuthGssApiResponse(x)), p => Message.ToArray(new UserAuthGssApiResponse(Message.Decode<UserAuthGssApiResponse>(p).Mechanism)));
        ForAll(Blob, x => Message.ToArray(new UserAuthGssApiToken(x)), p => Message.ToArray(new UserAuthGssApiToken(Message.Decode<UserAuthGssApiToken>(p).Token)));
        ForAll(Blob, x => Message.ToArray(new UserAuthGssApiErrorToken(x)), p => Message.ToArray(new UserAuthGssApiErrorToken(Message.Decode<UserAuthGssApiErrorToken>(p).Token)));
        ForAll(Blob, x => Message.ToArray(new UserAuthGssApiMic(x)), p => Message.ToArray(new UserAuthGssApiMic(Message.Decode<UserAuthGssApiMic>(p).Mic)));
        ForAll(
            from text in Text from major in Gen.Choose(0, int.MaxValue) select (text, major),
            x => Message.ToArray(new UserAuthGssApiError((uint)x.major, 7, x.text)), p => Message.ToArray(Message.Decode<UserAuthGssApiError>(p)));
    }

    [Fact]
    public void HostBasedRequest_ByTheRfcsTable_IsTheseBytes()
    {
        byte[] expected =
        [
            50, .. String("alice"), .. String("ssh-connection"), .. String("hostbased"), .. String("ssh-ed25519"), .. String("KEY"),
            .. String("client.example."), .. String("bob"), .. String("SIG"),
        ];
        HostBasedRequest request = new("alice", "ssh-connection", "ssh-ed25519", "KEY"u8, "client.example.", "bob", "SIG"u8);
        Assert.Equal(expected, Message.ToArray(request));
        HostBasedRequest unsigned = new("alice", "ssh-connection", "ssh-ed25519", "KEY"u8, "client.example.", "bob", []);
        Assert.Equal([.. String("SESSION"), .. expected[..^7]], SignedRequest.DataToSign("SESSION"u8, unsigned));
    }

    [Theory]
    [InlineData(0xffffffffu)]
    [InlineData(0x7fffffffu)]
    [InlineData(65u)]
    public void CountOfPrompts_BeyondItsLimit_IsMalformedAndAllocatesNothingOfThatSize(uint count)
    {
        WireBuffer request = new(), response = new();
        SshWriter writer = new(request);
        writer.Byte(60);
        writer.Text("");
        writer.Text("");
        writer.Text("");
        writer.UInt32(count);
        SshWriter second = new(response);
        second.Byte(61);
        second.UInt32(count);
        byte[] requestBytes = request.Written.ToArray(), responseBytes = response.Written.ToArray();

        Assert.Contains("num-prompts", Malformed(() => Message.Decode<UserAuthInfoRequest>(requestBytes)), StringComparison.Ordinal);
        Assert.Contains("num-responses", Malformed(() => Message.Decode<UserAuthInfoResponse>(responseBytes)), StringComparison.Ordinal);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Malformed(() => Message.Decode<UserAuthInfoRequest>(requestBytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
    }

    [Fact]
    public void Password_BeyondItsLimit_IsMalformed()
    {
        byte[] payload = Message.ToArray(new PasswordRequest("alice", "ssh-connection", new byte[WireLimits.Password + 1]));
        Assert.Contains("password", Malformed(() => Message.Decode<PasswordRequest>(payload)), StringComparison.Ordinal);
    }

    [Fact]
    public void MethodRequest_OfAnotherMethod_IsMalformed()
    {
        byte[] payload = Message.ToArray(new PasswordRequest("alice", "ssh-connection", "secret"u8));
        Assert.Contains("method name", Malformed(() => Message.Decode<PublicKeyRequest>(payload)), StringComparison.Ordinal);
    }

    private static byte[] String(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return [0, 0, 0, (byte)bytes.Length, .. bytes];
    }

    private static string Malformed(Action decode)
    {
        PeerMisbehavedException exception = Assert.Throws<PeerMisbehavedException>(decode);
        Assert.Equal(SshErrorCode.Malformed, exception.Code);
        return exception.Sentence;
    }

    // Round trip to the byte; then a truncation, an extra byte and a changed one: a message or a malformed one, nothing else.
    // What takes whatever follows its head (isOpenEnded) is not damaged by a cut or an extra byte there.
    private static void ForAll<T>(
        Gen<T> values, Func<T, byte[]> write, Func<byte[], byte[]> readAndWrite, bool isOpenEnded = false)
    {
        Gen<(byte[] Payload, int Position, byte Change)> cases =
            from value in values
            from position in Gen.Choose(0, int.MaxValue)
            from change in Gen.Choose(1, 255)
            select (write(value), position, (byte)change);
        Prop.ForAll(Arb.From(cases), x =>
        {
            Assert.Equal(x.Payload, readAndWrite(x.Payload));
            Survives(readAndWrite, x.Payload[..(x.Position % x.Payload.Length)], mustFail: !isOpenEnded);
            Survives(readAndWrite, [.. x.Payload, 0], mustFail: !isOpenEnded);
            byte[] changed = [.. x.Payload];
            changed[x.Position % changed.Length] ^= x.Change;
            Survives(readAndWrite, changed, mustFail: false);
        }).QuickCheckThrowOnFailure();
    }

    private static void Survives(Func<byte[], byte[]> read, byte[] payload, bool mustFail)
    {
        try
        {
            read(payload);
        }
        catch (PeerMisbehavedException exception)
        {
            Assert.Equal(SshErrorCode.Malformed, exception.Code);
            return;
        }

        Assert.False(mustFail, "a damaged payload was read as a message");
    }
}
