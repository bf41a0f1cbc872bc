using LucidSsh.Client;

namespace LucidSsh.Tests.Client;

public class ConfigLexerTests
{
    [Theory]
    [InlineData("Port 22", "Port", "22")]
    [InlineData("  Port\t22  ", "Port", "22")]
    [InlineData("Port=22", "Port", "22")]
    [InlineData("Port = 22", "Port", "22")]
    [InlineData("SetEnv A=1", "SetEnv", "A=1")]
    [InlineData("ProxyCommand = a = b", "ProxyCommand", "a = b")]
    [InlineData("Host\r", "Host", "")]
    public void Line_HasKeywordAndRest(string line, string keyword, string rest)
    {
        Assert.True(ConfigLexer.TrySplit(line, out string name, out string text));
        Assert.Equal((keyword, rest), (name, text));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t ")]
    [InlineData("# comment")]
    [InlineData("  #Port 22")]
    public void Line_ThatSaysNothing_IsNone(string line) => Assert.False(ConfigLexer.TrySplit(line, out _, out _));

    [Theory]
    [InlineData("a b\tc", "a|b|c")]
    [InlineData("\"a b\" c", "a b|c")]
    [InlineData("'a \"b' c", "a \"b|c")]
    [InlineData("a\\ b c", "a b|c")]
    [InlineData("a\"b c\"d", "ab cd")]
    [InlineData("a \\\"b \\\\c \\n", "a|\"b|\\c|\\n")]
    [InlineData("a #b", "a")]
    [InlineData("a#b", "a#b")]
    [InlineData("\"#a\"", "#a")]
    [InlineData("\"\" b", "|b")]
    [InlineData("\"a", null)]
    [InlineData("a 'b\"", null)]
    public void Words_QuotesAndBackslashes_AsOpenSsh(string text, string? expected) =>
        Assert.Equal(expected, ConfigLexer.Words(text) is { } words ? string.Join('|', words) : null);

    [Theory]
    [InlineData("90", 90)]
    [InlineData("1m30s", 90)]
    [InlineData("1H", 3600)]
    [InlineData("1d1w", 691200)]
    [InlineData("0", 0)]
    [InlineData("", null)]
    [InlineData("m", null)]
    [InlineData("1x", null)]
    [InlineData("-1", null)]
    [InlineData("99999999999999999999", null)]
    public void Time_HasUnits(string text, int? seconds) => Assert.Equal(seconds, (int?)ValueForm.ParseTime(text)?.TotalSeconds);

    [Theory]
    [InlineData("1K", 1024L)]
    [InlineData("2g", 2147483648L)]
    [InlineData("7", 7L)]
    [InlineData("K", null)]
    [InlineData("9999999999G", null)]
    public void Bytes_HaveUnits(string text, long? bytes) => Assert.Equal(bytes, ValueForm.ParseBytes(text));
}
