using System.Buffers.Binary;
using System.IO.Pipelines;
using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Agent;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Agent;

/// <summary>The agent protocol's messages and frames: what is written is read back, and damage of any kind ends in a typed error.</summary>
public sealed class AgentMessageTests
{
    private static readonly PrivateKey Key = PrivateKey.Generate("ssh-ed25519");
    private static readonly PrivateKey EcdsaKey = PrivateKey.Generate("ecdsa-sha2-nistp256");

    [Fact]
    public void Messages_OfEveryKind_AreReadBackAndSurviveDamage()
    {
        Check(default(AgentFailure));
        Check(new AgentSuccess([]));
        Check(new AgentSuccess("names"u8));
        Check(default(RequestIdentities));
        Check(new IdentitiesAnswer([]));
        Check(new IdentitiesAnswer([(Key.PublicKey.Blob.ToArray(), "a key"), ("anything"u8.ToArray(), "")]));
        Check(new SignRequest(Key.PublicKey.Blob.Span, "the data"u8, AgentSignFlags.RsaSha2With512));
        Check(new SignResponse("a signature"u8));
        Check(new RemoveIdentity(Key.PublicKey.Blob.Span));
        Check(default(RemoveAllIdentities));
        Check(new LockAgent("a passphrase"u8));
        Check(new UnlockAgent("a passphrase"u8));
        Check(new ExtensionRequest("session-bind@openssh.com", "contents"u8));
        Check(default(ExtensionFailure));
        Check(new ExtensionResponse("query", "contents"u8));
    }

    [Fact]
    public void KeysToAdd_AreReadBackAndSurviveDamage()
    {
        Check(new AddIdentity(Key, null, "a comment"));
        Check(new AddIdConstrained(EcdsaKey, null, "", new AgentConstraints { Lifetime = TimeSpan.FromSeconds(90), Confirm = true }));
        Check(new AddIdConstrained(Key, null, "x", new AgentConstraints { Extensions = [new AgentConstraintExtension("own@example.org", "data"u8.ToArray())] }));
    }

    [Theory]
    [InlineData("ssh-ed25519")]
    [InlineData("ecdsa-sha2-nistp256")]
    [InlineData("ecdsa-sha2-nistp521")]
    public void CertifiedKeys_AreReadBackAndSurviveDamage(string type)
    {
        using PrivateKey key = AgentTestKit.NewKey(type);
        Check(new AddIdentity(key, AgentTestKit.Certify(key), "a comment"));
    }

    [Fact]
    public void CertifiedKeys_OfRsa_AreReadBack()
    {
        using PrivateKey key = AgentTestKit.NewKey("ssh-rsa");
        Certificate certificate = AgentTestKit.Certify(key);
        byte[] content = AgentMessage.ToArray(new AddIdentity(key, certificate, "a comment"));
        AddIdentity read = AgentMessage.Decode<AddIdentity>(content);
        Assert.Equal((certificate, key.PublicKey, "a comment"), (read.Certificate, read.Key.PublicKey, read.Comment));
        for (int i = 0; i < content.Length; i += 13)
        {
            byte[] damaged = [.. content];
            damaged[i] ^= 0x40;
            MayFail<AddIdentity>(damaged);
        }
    }

    [Fact]
    public void CertifiedKey_ThatIsNotTheCertificates_IsAFault()
    {
        byte[] content = AgentMessage.ToArray(new AddIdentity(Key, AgentTestKit.Certify(PrivateKey.Generate("ssh-ed25519")), ""));
        Assert.Contains("not the certificate's", Assert.Throws<PeerMisbehavedException>(() => AgentMessage.Decode<AddIdentity>(content)).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Answers_OfAnyContent_AreReadBack() => Prop.ForAll<(byte[] Blob, string Comment)[]>(identities =>
    {
        (byte[] Blob, string Comment)[] sent = [.. identities.Select(i => (i.Blob ?? [], new string([.. (i.Comment ?? "").Where(c => !char.IsSurrogate(c)).Take(1000)])))];
        IdentitiesAnswer read = AgentMessage.Decode<IdentitiesAnswer>(AgentMessage.ToArray(new IdentitiesAnswer([.. sent])));
        return read.Identities.Length == sent.Length && read.Identities.Zip(sent).All(pair => pair.First.KeyBlob.SequenceEqual(pair.Second.Blob) && pair.First.Comment == pair.Second.Comment);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Bytes_OfAnyKind_EndInATypedError() => Prop.ForAll<byte[]>(bytes =>
    {
        foreach (byte number in (byte[])[6, 12, 13, 14, 17, 18, 22, 25, 27, 29])
        {
            byte[] content = [number, .. bytes];
            MayFail<IdentitiesAnswer>(content);
            MayFail<SignRequest>(content);
            MayFail<AddIdentity>(content);
            MayFail<AddIdConstrained>(content);
            MayFail<ExtensionRequest>(content);
        }

        SessionBind.TryRead(bytes, out _);
        LoginToSign.TryRead(bytes, bytes, out _);
        DestinationConstraints.TryRead(bytes);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void IdentitiesAnswer_WithACountBeyondItsBytes_IsRefusedWithoutHoldingIt()
    {
        byte[] content = [12, 0, 0, 7, 0xff, 0, 0, 0, 1];
        Assert.Contains("key blob", Assert.Throws<PeerMisbehavedException>(() => AgentMessage.Decode<IdentitiesAnswer>(content)).Message, StringComparison.Ordinal);
        content = [12, 0xff, 0xff, 0xff, 0xff];
        Assert.Contains("nkeys is 4294967295", Assert.Throws<PeerMisbehavedException>(() => AgentMessage.Decode<IdentitiesAnswer>(content)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 3, 0, 0, 0, 5 })] // MAXSIGN, which is not known
    [InlineData(new byte[] { 1, 0, 0, 0, 0 })] // a lifetime of 0
    [InlineData(new byte[] { 2, 2 })] // twice
    [InlineData(new byte[] { 1, 0, 0, 0, 9, 1, 0, 0, 0, 9 })]
    [InlineData(new byte[] { 1, 0, 0 })]
    public void Constraints_ThatCannotBeKept_AreAFault(byte[] constraints)
    {
        byte[] content = [.. AgentMessage.ToArray(new AddIdConstrained(Key, null, "", AgentConstraints.None)), .. constraints];
        Assert.Equal(SshErrorCode.AgentProtocol, Assert.Throws<PeerMisbehavedException>(() => AgentMessage.Decode<AddIdConstrained>(content)).Code);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(256u * 1024 + 1)]
    [InlineData(uint.MaxValue)]
    public async Task Frame_OfAForbiddenLength_IsRefusedBeforeItIsHeld(uint length)
    {
        Pipe pipe = new();
        byte[] head = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(head, length);
        await pipe.Writer.WriteAsync(head);
        PeerMisbehavedException refused = await Assert.ThrowsAsync<PeerMisbehavedException>(() => AgentFrame.ReadAsync(pipe.Reader, null, default).AsTask());
        Assert.Equal(SshErrorCode.AgentProtocol, refused.Code);
    }

    [Fact]
    public async Task Frame_InPieces_IsReadWhole_AndZeroedWhereItLay()
    {
        Pipe pipe = new();
        byte[] secret = [.. Enumerable.Repeat((byte)0xa5, 200_000)];
        Task writing = Task.Run(async () =>
        {
            byte[] frame = [0, 3, 0x0d, 0x40, .. secret, 0, 0, 0, 1, 11];
            foreach (byte[] piece in frame.Chunk(997))
                await pipe.Writer.WriteAsync(piece);
            await pipe.Writer.CompleteAsync();
        });
        Assert.Equal(secret, await AgentFrame.ReadAsync(pipe.Reader, null, default));
        Assert.Equal([11], await AgentFrame.ReadAsync(pipe.Reader, null, default));
        Assert.Null(await AgentFrame.ReadAsync(pipe.Reader, null, default));
        await writing;
    }

    [Fact]
    public async Task Frame_CutShort_IsNamed()
    {
        Pipe pipe = new();
        await pipe.Writer.WriteAsync(new byte[] { 0, 0, 0, 9, 11 });
        await pipe.Writer.CompleteAsync();
        PeerMisbehavedException cut = await Assert.ThrowsAsync<PeerMisbehavedException>(() => AgentFrame.ReadAsync(pipe.Reader, null, default).AsTask());
        Assert.Contains("inside a message, after 5 bytes", cut.Message, StringComparison.Ordinal);
    }

    private static void Check<TMessage>(scoped in TMessage message)
        where TMessage : IAgentMessage<TMessage>, allows ref struct
    {
        byte[] content = AgentMessage.ToArray(message);
        Assert.Equal((byte)TMessage.Number, content[0]);
        Assert.Equal(content, AgentMessage.ToArray(AgentMessage.Decode<TMessage>(content)));
        for (int length = 0; length < content.Length; length++)
            MayFail<TMessage>(content.AsSpan(0, length));
        for (int i = 0; i < content.Length; i++)
        {
            foreach (byte mask in (byte[])[0x01, 0x80, 0xff])
            {
                byte[] damaged = [.. content];
                damaged[i] ^= mask;
                MayFail<TMessage>(damaged);
            }
        }

        MayFail<TMessage>([.. content, 0]);
    }

    private static void MayFail<TMessage>(ReadOnlySpan<byte> content)
        where TMessage : IAgentMessage<TMessage>, allows ref struct
    {
        try
        {
            AgentMessage.Decode<TMessage>(content);
        }
        catch (PeerMisbehavedException exception)
        {
            Assert.Equal(SshErrorCode.AgentProtocol, exception.Code);
        }
    }
}
