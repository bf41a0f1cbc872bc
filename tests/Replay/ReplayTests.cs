using LucidSsh.Fuzz;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Replay;

/// <summary>What fuzzing begins with and what it once found, again in every test run.</summary>
public sealed class ReplayTests
{
    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Corpus_OfEveryTarget_KeepsTheRules(string name)
    {
        IFuzzTarget target = FuzzTargets.Find(name)!;
        foreach (string file in Corpus.Files(target))
        {
            Finding? finding = Oracle.Check(target, File.ReadAllBytes(file), out _);
            Assert.True(finding is null, $"{file}: {finding}");
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Seeds_OfEveryTarget_KeepTheRules(string name)
    {
        IFuzzTarget target = FuzzTargets.Find(name)!;
        Assert.NotEmpty(target.Seeds);
        foreach (byte[] seed in target.Seeds)
        {
            Finding? finding = Oracle.Check(target, seed, out _);
            Assert.True(finding is null, $"{Convert.ToHexString(seed)}: {finding}");
        }
    }

    [Fact]
    public void Corpus_EveryFolder_IsATargets() => Assert.All(
        Directory.GetDirectories(Path.Combine(Corpus.Home, "corpus")), folder => Assert.NotNull(FuzzTargets.Find(Path.GetFileName(folder))));

    [Theory]
    [InlineData("kexinit-server", "client")]
    [InlineData("kexinit-client", "server")]
    public void RecordedHandshake_IsReadToItsLastMessage_BeyondTheNewKeys(string name, string peer)
    {
        IFuzzTarget target = FuzzTargets.Find(name)!;
        Oracle.Check(target, target.Seeds.First(), out Outcome outcome);
        Assert.Equal(SshErrorCode.PeerDisconnected, outcome.Code);
        Assert.Contains(peer, outcome.Words);
    }

    [Fact]
    public void Oracle_OfATargetThatBreaksARule_SaysWhich()
    {
        Assert.Contains("InvalidOperationException", Oracle.Check(new Breaking(_ => throw new InvalidOperationException()), [1], out _)!.Reason);
        Assert.Contains("allocated", Oracle.Check(new Breaking(_ => GC.KeepAlive(new byte[1 << 20])), [1], out _)!.Reason);
        Assert.Null(Oracle.Check(new Breaking(_ => throw new SshException(SshErrorCode.Malformed, SshFault.Peer, "It is wrong.")), [1], out _));
    }

    private sealed class Breaking(Action<int> run) : IFuzzTarget
    {
        public string Name => "breaking";

        public IEnumerable<byte[]> Seeds => [];

        public void Run(ReadOnlySpan<byte> input) => run(input.Length);
    }
}
