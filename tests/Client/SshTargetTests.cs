using LucidSsh.Client;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Client;

public class SshTargetTests
{
    [Theory]
    [InlineData("host", null, "host", 22)]
    [InlineData("alice@host", "alice", "host", 22)]
    [InlineData("alice@host:2222", "alice", "host", 2222)]
    [InlineData("a@b@host", "a@b", "host", 22)]
    [InlineData("[::1]:2222", null, "::1", 2222)]
    [InlineData("alice@[fe80::1%eth0]", "alice", "fe80::1%eth0", 22)]
    [InlineData("2001:db8::1", null, "2001:db8::1", 22)]
    public void Parse_Target_HasItsParts(string text, string? user, string host, int port) =>
        Assert.Equal(new SshTarget(user, host, port), SshTarget.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("@host")]
    [InlineData("alice@")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:ssh")]
    [InlineData("[::1")]
    [InlineData("[::1]22")]
    public void Parse_WhatIsNone_SaysWhy(string text)
    {
        LocalMisuseException exception = Assert.Throws<LocalMisuseException>(() => SshTarget.Parse(text));
        Assert.Equal(SshErrorCode.Misuse, exception.Code);
        Assert.Contains("[user@]host[:port]", exception.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_ReadsBack()
    {
        SshTarget target = new("alice", "::1", 2222);
        Assert.Equal(target, SshTarget.Parse(target.ToString()));
    }
}
