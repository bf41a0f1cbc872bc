using System.Globalization;
using System.Text;
using LucidSsh.Iris;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Iris;

/// <summary>The catalogue of errors, and the document that is made from it.</summary>
public class ErrorCatalogueTests
{
    [Fact]
    public void EveryCode_HasOneRow_InOrder() => Assert.Equal(Enum.GetValues<SshErrorCode>(), SshErrorCatalogue.All.Select(row => row.Code));

    [Fact]
    public void EveryRow_SaysWhatHappenedAndWhatToDo_WithANumberOfLibssh2()
    {
        Assert.All(SshErrorCatalogue.All, row =>
        {
            Assert.EndsWith(".", row.Sentence, StringComparison.Ordinal);
            Assert.EndsWith(".", row.Remedy, StringComparison.Ordinal);
            Assert.NotNull(Libssh2Number.Find(row.Libssh2Number));
            Assert.NotEqual(-37, row.Libssh2Number);
            Assert.NotEmpty(row.Libssh2Text);
        });
    }

    [Fact]
    public void Fault_IsWhatAnExceptionOfThatCodeCarries()
    {
        Assert.Equal(SshErrorCatalogue.Of(SshErrorCode.NoCommonAlgorithm).Fault, new PeerIncompatibleException(SshErrorCode.NoCommonAlgorithm, "x").Fault);
        Assert.Equal("transport", SshErrorCatalogue.Of(SshErrorCode.NotSsh).Layer);
        Assert.Equal("SFTP", new SshException(SshErrorCode.SftpStatus, SshFault.Refused, "x").Layer);
    }

    [Fact]
    public void Libssh2Numbers_AreAll55_AndTheIrisCodesTheirs()
    {
        Assert.Equal(Enumerable.Range(1, 55).Select(number => -number), Libssh2Number.All.Select(row => row.Value));
        Assert.Equal(0x8010100Du, Libssh2Number.Find(-13)!.IrisCode);
        Assert.Equal(-2146430963, Libssh2Number.Find(-13)!.IrisDecimal);
        Assert.Equal(-19, Libssh2Number.FindIris(0x80101013)!.Value);
        Assert.Equal("STORE_OVERFLOW", Libssh2Number.FindIris(0x80101037)!.Name);
        Assert.Null(Libssh2Number.FindIris(0x80101000));
        Assert.Null(Libssh2Number.FindIris(0x80101038));
        Assert.Null(Libssh2Number.FindIris(0x80111001));
        Assert.Null(Libssh2Number.Find(1));
    }

    [Theory]
    [InlineData(SshErrorCode.NotSsh, SshFault.Peer, -13)]
    [InlineData(SshErrorCode.NotSsh, SshFault.Network, -9)]
    [InlineData(SshErrorCode.NoCommonAlgorithm, SshFault.Incompatible, -5)]
    [InlineData(SshErrorCode.Misuse, SshFault.Caller, -39)]
    [InlineData(SshErrorCode.Misuse, SshFault.Peer, -34)]
    [InlineData(SshErrorCode.LoginRefused, SshFault.Refused, -18)]
    [InlineData(SshErrorCode.MoreFactorsRequired, SshFault.Refused, -19)]
    public void Map_LooksCloserWhereLibssh2Does(SshErrorCode code, SshFault fault, int number) =>
        Assert.Equal(number, Libssh2Errors.Map(new SshException(code, fault, "x")).ReturnCode);

    [Fact]
    public void Document_IsTheCatalogue()
    {
        StringBuilder text = new();
        foreach (IGrouping<string, SshErrorDescription> layer in SshErrorCatalogue.All.GroupBy(row => row.Layer))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {(int)layer.First().Code / 1000}xxx: {layer.Key}\n\n");
            text.Append("| number | name | fault | what happened | what to do | libssh2 | IRIS |\n| --- | --- | --- | --- | --- | --- | --- |\n");
            foreach (SshErrorDescription row in layer)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {(int)row.Code} | `{row.Code}` | {row.Fault} | {row.Sentence} | {row.Remedy} ");
                text.Append(CultureInfo.InvariantCulture, $"| {row.Libssh2Number} | {Libssh2Number.Find(row.Libssh2Number)!.IrisCode:X8} |\n");
            }
        }

        GeneratedDocument.CheckSection("docs/errors.md", "catalogue", text.ToString());
    }

    [Fact]
    public void Document_ListsLibssh2sNumbers()
    {
        StringBuilder text = new("| number | LIBSSH2_ERROR_ | IRIS | as IRIS prints it | what it means | what to check |\n| --- | --- | --- | --- | --- | --- |\n");
        foreach (Libssh2Number row in Libssh2Number.All)
            text.Append(CultureInfo.InvariantCulture, $"| {row.Value} | {row.Name} | {row.IrisCode:X8} | {row.IrisDecimal} | {row.Means} | {row.Check} |\n");
        GeneratedDocument.CheckSection("docs/errors.md", "libssh2", text.ToString());
    }
}
