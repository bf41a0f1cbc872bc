using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Transport;

public class AlgorithmPreferencesTests
{
    private static readonly string[] Macs = [.. AlgorithmPreferences.Default.Macs];

    [Fact]
    public void Default_OffersNothingLegacy()
    {
        string[] offered = [.. AlgorithmPreferences.Default.KeyExchange, .. AlgorithmPreferences.Default.HostKeys, .. Macs];
        Assert.DoesNotContain(offered, name => name.EndsWith("sha1", StringComparison.Ordinal) || name.Contains("sha1-", StringComparison.Ordinal) || name == "ssh-rsa");
        Assert.Equal("none", Assert.Single(AlgorithmPreferences.Default.Compression));
    }

    [Fact]
    public void Names_ReplaceTheList_OncePerName() =>
        Assert.Equal(["hmac-sha2-512", "hmac-sha1"], Apply("hmac-sha2-512, hmac-sha1,hmac-sha2-512"));

    [Fact]
    public void Plus_Appends_WhatIsNotThereYet()
    {
        Assert.Equal([.. Macs, "hmac-sha1"], Apply("+hmac-sha1"));
        Assert.Equal([.. Macs, "hmac-sha1"], Apply("+hmac-sha2-256,hmac-sha1"));
    }

    [Fact]
    public void Caret_PutsFirst() =>
        Assert.Equal(["hmac-sha1", "hmac-sha2-512", .. Macs.Where(name => name != "hmac-sha2-512")], Apply("^hmac-sha1,hmac-sha2-512"));

    [Theory]
    [InlineData("-hmac-sha2-256", "umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,umac-128@openssh.com,hmac-sha2-512")]
    [InlineData("-*-etm@openssh.com", "umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512")]
    [InlineData("-hmac-sha2-???", "umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,umac-128@openssh.com")]
    [InlineData("-*256,*512", "umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,umac-128@openssh.com")]
    [InlineData("-never-heard-of", "umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512")]
    public void Minus_Removes_WithWildcards(string text, string left) => Assert.Equal(left, string.Join(',', Apply(text)));

    [Fact]
    public void Null_LeavesEveryListAsItIs()
    {
        AlgorithmPreferences changed = AlgorithmPreferences.Default.Apply(ciphers: "aes128-ctr");
        Assert.Equal("aes128-ctr", Assert.Single(changed.Ciphers));
        Assert.True(AlgorithmPreferences.Default.KeyExchange.SequenceEqual(changed.KeyExchange));
        Assert.True(AlgorithmPreferences.Default.HostKeys.SequenceEqual(changed.HostKeys));
        Assert.Equal(Macs, changed.Macs.ToArray());
    }

    [Theory]
    [InlineData("hmac-md5")]
    [InlineData("+hmac-md5")]
    [InlineData("^hmac-sha1,hmac-md5")]
    [InlineData("hmac-sha1,hmac-md5")]
    public void UnknownName_IsRefused_WithThoseThatAreKnown(string text)
    {
        LocalMisuseException exception = Assert.Throws<LocalMisuseException>(() => Apply(text));
        Assert.Equal("\"hmac-md5\" is no MAC of this library.", exception.Sentence);
        Assert.Contains("hmac-sha1", exception.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("-*")]
    public void NothingLeft_IsRefused(string text) =>
        Assert.Contains("leaves no MAC", Assert.Throws<LocalMisuseException>(() => Apply(text)).Sentence, StringComparison.Ordinal);

    [Fact]
    public void EveryKind_KnowsItsOwnNames()
    {
        foreach (AlgorithmKind kind in Enum.GetValues<AlgorithmKind>())
        {
            AlgorithmCatalogue catalogue = AlgorithmCatalogue.Of(kind);
            Assert.Equal(catalogue.All.ToArray(), catalogue.Apply(catalogue.Default, string.Join(',', catalogue.All)).ToArray());
            Assert.Subset(catalogue.All.ToHashSet(), catalogue.Default.ToHashSet());
        }
    }

    private static string[] Apply(string text) => [.. AlgorithmPreferences.Default.Apply(macs: text).Macs];

    [Fact]
    public void ListSetDirectly_WithAnUnknownNameOrNone_IsRefused()
    {
        LocalMisuseException unknown = Assert.Throws<LocalMisuseException>(() => AlgorithmPreferences.Default with { Ciphers = ["rot13"] });
        Assert.Contains("rot13", unknown.Sentence, StringComparison.Ordinal);
        Assert.Throws<LocalMisuseException>(() => AlgorithmPreferences.Default with { Macs = [] });
    }
}
