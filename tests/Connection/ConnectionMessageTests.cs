using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Connection;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Connection;

public class ConnectionMessageTests
{
    private static void ForAll<T>(Action<T> check) => Prop.ForAll(ArbMap.Default.ArbFor<T>(), check).QuickCheckThrowOnFailure();

    // Names on the wire are printable ASCII; any string is made one.
    private static string Name(NonNull<string> text) =>
        new string([.. text.Get.Where(c => c is > ' ' and < '\x7f' and not ',')]) is { Length: > 0 } name ? name[..Math.Min(name.Length, 64)] : "name";

    // Text on the wire is UTF-8, which has no lone surrogates.
    private static string Text(NonNull<string> text) => new([.. text.Get.Where(c => !char.IsSurrogate(c))]);

    [Fact]
    public void ChannelOpen_RoundTrips() => ForAll<(NonNull<string>, uint, uint, uint, byte[])>(v =>
        Codec.Check(new ChannelOpen(Name(v.Item1), v.Item2, v.Item3, v.Item4, v.Item5)));

    [Fact]
    public void ChannelOpenConfirmation_RoundTrips() => ForAll<(uint, uint, uint, uint, byte[])>(v =>
        Codec.Check(new ChannelOpenConfirmation(v.Item1, v.Item2, v.Item3, v.Item4, v.Item5)));

    [Fact]
    public void ChannelOpenFailure_RoundTrips() => ForAll<(uint, uint, NonNull<string>, NonNull<string>)>(v =>
        Codec.Check(new ChannelOpenFailure(v.Item1, (ChannelOpenFailureReason)v.Item2, Text(v.Item3), Text(v.Item4))));

    [Fact]
    public void ChannelWindowAdjust_RoundTrips() => ForAll<(uint, uint)>(v => Codec.Check(new ChannelWindowAdjust(v.Item1, v.Item2)));

    [Fact]
    public void ChannelData_RoundTrips() => ForAll<(uint, byte[])>(v => Codec.Check(new ChannelData(v.Item1, v.Item2)));

    [Fact]
    public void ChannelExtendedData_RoundTrips() => ForAll<(uint, uint, byte[])>(v => Codec.Check(new ChannelExtendedData(v.Item1, v.Item2, v.Item3)));

    [Fact]
    public void ChannelEofCloseSuccessFailure_RoundTrip() => ForAll<uint>(v =>
    {
        Codec.Check(new ChannelEof(v));
        Codec.Check(new ChannelClose(v));
        Codec.Check(new ChannelSuccess(v));
        Codec.Check(new ChannelFailure(v));
    });

    [Fact]
    public void ChannelRequest_RoundTrips() => ForAll<(uint, NonNull<string>, bool, byte[])>(v =>
        Codec.Check(new ChannelRequest(v.Item1, Name(v.Item2), v.Item3, v.Item4)));

    [Fact]
    public void GlobalRequestAndReplies_RoundTrip() => ForAll<(NonNull<string>, bool, byte[])>(v =>
    {
        Codec.Check(new GlobalRequest(Name(v.Item1), v.Item2, v.Item3));
        Codec.Check(new RequestSuccess(v.Item3));
        Codec.Check(default(RequestFailure));
    });

    [Fact]
    public void RequestBodies_RoundTrip() => ForAll<(NonNull<string>, NonNull<string>, uint, uint, (uint, uint, bool, byte[]))>(v =>
    {
        (string one, string two) = (Text(v.Item1), Text(v.Item2));
        (uint width, uint height, bool flag, byte[] bytes) = v.Item5;
        CheckBody(new ExecRequest(one));
        CheckBody(default(ShellRequest));
        CheckBody(new SubsystemRequest(one));
        CheckBody(new EnvironmentRequest(one, two));
        CheckBody(new PseudoTerminalRequest(one, v.Item3, v.Item4, width, height, bytes));
        CheckBody(new WindowChangeRequest(v.Item3, v.Item4, width, height));
        CheckBody(new SignalRequest(Name(v.Item1)));
        CheckBody(new ExitStatusRequest(v.Item3));
        CheckBody(new ExitSignalRequest(Name(v.Item1), flag, one, two));
    });

    private static void CheckBody<TBody>(TBody body)
        where TBody : IRequestBody<TBody>
    {
        byte[] encoded = RequestBody.Encode(body);
        Assert.Equal(encoded, RequestBody.Encode(RequestBody.Decode<TBody>(encoded)));
        for (int length = 0; length < encoded.Length; length++)
        {
            try
            {
                RequestBody.Decode<TBody>(encoded.AsSpan(0, length));
            }
            catch (PeerMisbehavedException exception)
            {
                Assert.Equal(SshErrorCode.Malformed, exception.Code);
            }
        }
    }
}
