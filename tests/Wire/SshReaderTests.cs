using System.Collections.Immutable;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Wire;

public class SshReaderTests
{
    [Fact]
    public void EveryType_WrittenThenRead_IsTheSame() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<(byte, bool, uint, ulong, byte[])>(),
            values =>
            {
                (byte number, bool flag, uint word, ulong wide, byte[]? bytes) = values;
                WireBuffer buffer = new(1);
                SshWriter writer = new(buffer);
                writer.Byte(number);
                writer.Boolean(flag);
                writer.UInt32(word);
                writer.UInt64(wide);
                writer.String(bytes);
                writer.Bytes([1, 2]);

                SshReader reader = new(buffer.Written);
                return reader.Byte("a") == number
                    && reader.Boolean("b") == flag
                    && reader.UInt32("c") == word
                    && reader.UInt64("d") == wide
                    && reader.String("e").SequenceEqual(bytes)
                    && reader.Bytes(2, "f").SequenceEqual((byte[])[1, 2])
                    && reader.Complete();
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void MpInt_OfAnyMagnitude_IsCanonicalAndReadBack() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<byte[]>(),
            magnitude =>
            {
                WireBuffer buffer = new();
                new SshWriter(buffer).MpInt(magnitude);
                SshReader reader = new(buffer.Written);
                ReadOnlySpan<byte> read = reader.MpInt("n");
                BigInteger expected = new(magnitude, isUnsigned: true, isBigEndian: true);
                return reader.Complete()
                    && new BigInteger(read, isUnsigned: true, isBigEndian: true) == expected
                    && new BigInteger(buffer.Written[4..], isUnsigned: false, isBigEndian: true) == expected
                    && (read.IsEmpty || read[0] != 0);
            }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 1, 0x80 }, "negative")]
    [InlineData(new byte[] { 0, 0, 0, 1, 0 }, "leading zeros")]
    [InlineData(new byte[] { 0, 0, 0, 2, 0, 0x7f }, "leading zeros")]
    public void MpInt_NotCanonical_IsAFault(byte[] wire, string expected)
    {
        SshReader reader = new(wire);
        reader.MpInt("n");
        Assert.False(reader.Complete());
        Assert.Contains(expected, reader.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void MpInt_Rfc4251Examples_AreWrittenAsThere()
    {
        // RFC 4251 section 5
        AssertMpInt("", "00000000");
        AssertMpInt("09a378f9b2e332a7", "0000000809a378f9b2e332a7");
        AssertMpInt("80", "000000020080");

        static void AssertMpInt(string magnitude, string wire)
        {
            WireBuffer buffer = new();
            new SshWriter(buffer).MpInt(Convert.FromHexString(magnitude));
            Assert.Equal(wire, Convert.ToHexStringLower(buffer.Written));
        }
    }

    [Fact]
    public void AnyBytes_ReadAsAnyTypes_NeverThrow() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<(byte[], byte[])>(),
            input =>
            {
                SshReader reader = new(input.Item1);
                foreach (byte choice in input.Item2)
                {
                    switch (choice % 8)
                    {
                        case 0: reader.Byte("f"); break;
                        case 1: reader.UInt32("f"); break;
                        case 2: reader.UInt64("f"); break;
                        case 3: reader.String("f"); break;
                        case 4: reader.NameList("f"); break;
                        case 5: reader.MpInt("f"); break;
                        case 6: reader.Text("f"); break;
                        default: reader.Name("f"); break;
                    }
                }

                return reader.Complete() == (reader.Fault is null);
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Fault_FirstOne_NamesItsFieldAndStays()
    {
        SshReader reader = new([0, 0, 0, 9, 1, 2]);
        Assert.True(reader.String("signature").IsEmpty);
        Assert.Equal(0u, reader.UInt32("later"));
        Assert.False(reader.Complete());
        Assert.Equal("signature says 9 bytes, 2 remain", reader.Fault);
    }

    [Fact]
    public void Complete_BytesLeft_IsAFault()
    {
        SshReader reader = new([1, 2, 3]);
        reader.Byte("a");
        Assert.False(reader.Complete());
        Assert.Equal("2 bytes follow the last field", reader.Fault);
    }

    [Fact]
    public void String_LongerThanItsLimit_IsAFault()
    {
        WireBuffer buffer = new();
        new SshWriter(buffer).String(new byte[100]);
        SshReader reader = new(buffer.Written);
        reader.String("blob", limit: 99);
        Assert.Equal("blob has 100 bytes, at most 99 are allowed", reader.Fault);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a,b")]
    [InlineData("a b")]
    [InlineData("ä")]
    public void Name_ThatIsNone_IsAFault(string text)
    {
        WireBuffer buffer = new();
        new SshWriter(buffer).Text(text);
        SshReader reader = new(buffer.Written);
        Assert.Equal("", reader.Name("method"));
        Assert.NotNull(reader.Fault);
    }

    [Fact]
    public void Name_Of64Characters_IsTheLongest()
    {
        Assert.True(Names.IsValid(new string('a', 64)));
        Assert.False(Names.IsValid(new string('a', 65)));
    }

    [Theory]
    [InlineData("a,,b")]
    [InlineData(",a")]
    [InlineData("a,")]
    public void NameList_WithAnEmptyName_IsAFault(string text)
    {
        WireBuffer buffer = new();
        new SshWriter(buffer).Text(text);
        SshReader reader = new(buffer.Written);
        Assert.Empty(reader.NameList("kex_algorithms"));
        Assert.Contains("kex_algorithms", reader.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void NameList_TooManyNames_IsAFault()
    {
        WireBuffer buffer = new();
        new SshWriter(buffer).NameList(Enumerable.Repeat("a", WireLimits.NamesInList + 1));
        SshReader reader = new(buffer.Written);
        Assert.Empty(reader.NameList("macs"));
        Assert.Contains("more than 512", reader.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void NameList_WrittenThenRead_KeepsOrder()
    {
        ImmutableArray<string> names = ["b", "a", "c@example.com"];
        WireBuffer buffer = new();
        new SshWriter(buffer).NameList(names);
        SshReader reader = new(buffer.Written);
        Assert.Equal(names.ToArray(), reader.NameList("n").ToArray());
        Assert.True(reader.Complete());
    }
}
