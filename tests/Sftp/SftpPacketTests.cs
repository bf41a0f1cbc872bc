using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Sftp;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Sftp;

/// <summary>Every packet of SFTP version 3: what is written is read back, and damage of any kind ends in a typed error.</summary>
public class SftpPacketTests
{
    private static void ForAll<T>(Action<T> check) => Prop.ForAll(ArbMap.Default.ArbFor<T>(), check).QuickCheckThrowOnFailure();

    // Text on the wire is UTF-8, which has no lone surrogates.
    private static string Text(NonNull<string> text) => new([.. text.Get.Where(c => !char.IsSurrogate(c))]);

    private static byte[] Handle(NonNull<byte[]> bytes) => bytes.Get[..Math.Min(bytes.Get.Length, 256)];

    private static SftpAttributes Attributes(byte flags, uint number, uint other) => new()
    {
        Size = (flags & 1) != 0 ? number * 3L : null,
        UserId = (flags & 2) != 0 ? number : null,
        GroupId = (flags & 2) != 0 ? other : null,
        Mode = (flags & 4) != 0 ? other : null,
        AccessTime = (flags & 8) != 0 ? DateTimeOffset.FromUnixTimeSeconds(number) : null,
        ModifyTime = (flags & 8) != 0 ? DateTimeOffset.FromUnixTimeSeconds(other) : null,
        Extended = (flags & 16) != 0 ? [new("name@example", [1, 2, 3])] : [],
    };

    private static void Check<TPacket>(scoped in TPacket packet)
        where TPacket : ISftpPacket<TPacket>, allows ref struct
    {
        byte[] frame = Encode(packet);
        byte[] body = frame[4..];
        Assert.Equal(body.Length, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(frame));
        Assert.Equal(frame, Encode(SftpPacket.Decode<TPacket>(body)));
        for (int length = 0; length < body.Length; length++)
            MayFail<TPacket>(body.AsSpan(0, length));
        for (int i = 0; i < body.Length; i++)
        {
            foreach (byte mask in (byte[])[0x01, 0x80, 0xff])
            {
                byte[] damaged = [.. body];
                damaged[i] ^= mask;
                MayFail<TPacket>(damaged);
            }
        }
    }

    private static byte[] Encode<TPacket>(scoped in TPacket packet)
        where TPacket : ISftpPacket<TPacket>, allows ref struct
    {
        WireBuffer buffer = new();
        SftpPacket.Encode(buffer, packet);
        return buffer.Written.ToArray();
    }

    private static void MayFail<TPacket>(ReadOnlySpan<byte> packet)
        where TPacket : ISftpPacket<TPacket>, allows ref struct
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            SftpPacket.Decode<TPacket>(packet);
        }
        catch (SftpException exception)
        {
            Assert.Equal(SshErrorCode.SftpProtocol, exception.Code);
        }

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 64 * 1024 + 64 * packet.Length);
    }

    [Fact]
    public void InitAndVersion_RoundTrip() => ForAll<(uint, NonNull<string>, NonNull<string>)>(v =>
    {
        Check(new InitPacket(v.Item1, [new(Text(v.Item2), Text(v.Item3))]));
        Check(new VersionPacket(v.Item1, [new(Text(v.Item2), Text(v.Item3)), new("a", "1")]));
    });

    [Fact]
    public void PathRequests_RoundTrip() => ForAll<(uint, NonNull<string>, NonNull<string>, byte, uint)>(v =>
    {
        (uint id, string path, string other) = (v.Item1, Text(v.Item2), Text(v.Item3));
        SftpAttributes attributes = Attributes(v.Item4, v.Item1, v.Item5);
        Check(new StatPacket(id, path));
        Check(new LStatPacket(id, path));
        Check(new OpenDirPacket(id, path));
        Check(new RemovePacket(id, path));
        Check(new RmDirPacket(id, path));
        Check(new RealPathPacket(id, path));
        Check(new ReadLinkPacket(id, path));
        Check(new MkDirPacket(id, path, attributes));
        Check(new SetStatPacket(id, path, attributes));
        Check(new RenamePacket(id, path, other));
        Check(new SymLinkPacket(id, path, other));
        Check(new OpenPacket(id, path, (OpenFlags)v.Item4, attributes));
    });

    [Fact]
    public void HandleRequests_RoundTrip() => ForAll<(uint, NonNull<byte[]>, ulong, uint, NonNull<byte[]>)>(v =>
    {
        byte[] handle = Handle(v.Item2);
        Check(new ClosePacket(v.Item1, handle));
        Check(new ReadPacket(v.Item1, handle, v.Item3, v.Item4));
        Check(new WritePacket(v.Item1, handle, v.Item3, v.Item5.Get));
        Check(new FStatPacket(v.Item1, handle));
        Check(new FSetStatPacket(v.Item1, handle, Attributes((byte)v.Item4, v.Item1, v.Item4)));
        Check(new ReadDirPacket(v.Item1, handle));
    });

    [Fact]
    public void Replies_RoundTrip() => ForAll<(uint, NonNull<byte[]>, NonNull<string>, NonNull<string>, byte)>(v =>
    {
        (string one, string two) = (Text(v.Item3), Text(v.Item4));
        SftpAttributes attributes = Attributes(v.Item5, v.Item1, v.Item5);
        Check(new StatusPacket(v.Item1, (SftpStatusCode)v.Item5, one, two));
        Check(new HandlePacket(v.Item1, Handle(v.Item2)));
        Check(new DataPacket(v.Item1, v.Item2.Get));
        Check(new NamePacket(v.Item1, [new NameEntry(one, two, attributes), new NameEntry(two, one, SftpAttributes.None)]));
        Check(new AttrsPacket(v.Item1, attributes));
        Check(new ExtendedPacket(v.Item1, "name@example", v.Item2.Get));
        Check(new ExtendedReplyPacket(v.Item1, v.Item2.Get));
    });

    [Fact]
    public void Status_WithoutItsTexts_IsTaken() => // servers before version 3
        Assert.Equal(SftpStatusCode.Failure, SftpPacket.Decode<StatusPacket>([101, 0, 0, 0, 1, 0, 0, 0, 4]).Code);

    [Fact]
    public void CountFromTheWire_SizesNothing() => MayFail<NamePacket>([104, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff]);
}
