using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Transport;

public class TransportMessageTests
{
    private static void ForAll<T>(Action<T> check) => Prop.ForAll(ArbMap.Default.ArbFor<T>(), check).QuickCheckThrowOnFailure();

    private static string Name(NonNull<string> text) =>
        new string([.. text.Get.Where(c => c is > ' ' and < '\x7f' and not ',')]) is { Length: > 0 } name ? name[..Math.Min(name.Length, 64)] : "name";

    private static string Text(NonNull<string> text) => new([.. text.Get.Where(c => !char.IsSurrogate(c))]);

    [Fact]
    public void Disconnect_RoundTrips() => ForAll<(uint, NonNull<string>, NonNull<string>)>(v =>
        Codec.Check(new Disconnect((DisconnectReason)v.Item1, Text(v.Item2), Text(v.Item3))));

    [Fact]
    public void IgnorePingPong_RoundTrip() => ForAll<NonNull<byte[]>>(v =>
    {
        Codec.Check(new Ignore(v.Get));
        Codec.Check(new Ping(v.Get));
        Codec.Check(new Pong(v.Get));
    });

    [Fact]
    public void Unimplemented_RoundTrips() => ForAll<uint>(v => Codec.Check(new Unimplemented(v)));

    [Fact]
    public void Debug_RoundTrips() => ForAll<(bool, NonNull<string>, NonNull<string>)>(v => Codec.Check(new Debug(v.Item1, Text(v.Item2), Text(v.Item3))));

    [Fact]
    public void Services_RoundTrip() => ForAll<NonNull<string>>(v =>
    {
        Codec.Check(new ServiceRequest(Name(v)));
        Codec.Check(new ServiceAccept(Name(v)));
    });

    [Fact]
    public void ExtInfo_RoundTrips() => ForAll<(NonNull<string>, NonNull<byte[]>)[]>(v =>
        Codec.Check(new ExtInfo([.. v.Take(20).Select(e => KeyValuePair.Create(Name(e.Item1), System.Text.Encoding.Latin1.GetString(e.Item2.Get)))])));

    [Fact]
    public void ExtInfo_CountFromTheWire_SizesNothing() =>
        Codec.MayFail<ExtInfo>([7, 0xff, 0xff, 0xff, 0xff]);

    [Fact]
    public void KexInit_RoundTrips() => ForAll<(NonNull<string>[], NonNull<string>[], bool, uint)>(v =>
    {
        string[] one = [.. v.Item1.Take(5).Select(Name)];
        string[] two = [.. v.Item2.Take(5).Select(Name)];
        Codec.Check(new KexInit
        {
            Cookie = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
            KexAlgorithms = [.. one],
            ServerHostKeyAlgorithms = [.. two],
            EncryptionClientToServer = [.. one],
            EncryptionServerToClient = [.. two],
            MacClientToServer = [.. two],
            MacServerToClient = [.. one],
            CompressionClientToServer = [.. one],
            CompressionServerToClient = [.. two],
            LanguagesClientToServer = [.. one],
            FirstKexPacketFollows = v.Item3,
            Reserved = v.Item4,
        });
    });

    [Fact]
    public void KexMessages_RoundTrip() => ForAll<(byte[], byte[], byte[])>(v =>
    {
        Codec.Check(default(NewKeys));
        Codec.Check(new KexExchangeInit(v.Item1));
        Codec.Check(new KexExchangeReply(v.Item1, v.Item2, v.Item3));
    });
}
