using System.Collections.Immutable;
using System.Text.RegularExpressions;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary>Lists of algorithms as people paste them: the client's and the server's.</summary>
internal static partial class NameListText
{
    /// <summary>Explains two lists of one kind.</summary>
    public static Explanation Explain(string client, string server)
    {
        (ImmutableArray<string> ours, ImmutableArray<string> theirs) = (Parse(client), Parse(server));
        AlgorithmKind kind = KindOf([.. ours, .. theirs]);
        return Explanation.Of("two lists of names, the client's and the server's", NegotiationRemarks.Negotiate(kind, ours, theirs), []);
    }

    /// <summary>Explains a text of two lines, each a list, the client's first; null where it is none.</summary>
    public static Explanation? TryExplain(string text)
    {
        string[] lines = [.. text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(3)];
        if (lines.Length != 2 || lines.Any(line => !List().IsMatch(line)))
            return null;
        Match[] lists = [.. lines.Select(line => List().Match(line))];
        bool turned = lists[0].Groups["side"].Value.StartsWith("server", StringComparison.OrdinalIgnoreCase);
        return Explain(lists[turned ? 1 : 0].Groups["list"].Value, lists[turned ? 0 : 1].Groups["list"].Value);
    }

    /// <summary>The names of a list.</summary>
    public static ImmutableArray<string> Parse(string list) =>
        [.. list.Split([',', ' '], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(name => TerminalText.OneLine(name, WireLimits.Name))];

    // By how the names are built; what looks like nothing else is a key exchange method.
    private static AlgorithmKind KindOf(ImmutableArray<string> names)
    {
        string[] plain = [.. names.Where(name => !KexMarkers.IsMarker(name))];
        bool Most(Func<string, bool> test) => plain.Length > 0 && 2 * plain.Count(test) > plain.Length;
        return Most(name => name.StartsWith("hmac-", StringComparison.Ordinal) || name.StartsWith("umac-", StringComparison.Ordinal)) ? AlgorithmKind.MacClientToServer
            : Most(name => name is "none" || name.StartsWith("zlib", StringComparison.Ordinal)) ? AlgorithmKind.CompressionClientToServer
            : Most(name => Cipher().IsMatch(name)) ? AlgorithmKind.CipherClientToServer
            : Most(name => HostKey().IsMatch(name)) ? AlgorithmKind.HostKey
            : AlgorithmKind.KeyExchange;
    }

    [GeneratedRegex(@"^(?:(?<side>client|server)\w*\s*[:=]\s*)?(?<list>[\w@.+/-]+(?:\s*,\s*[\w@.+/-]+)*,?)$", RegexOptions.IgnoreCase)]
    private static partial Regex List();

    [GeneratedRegex("^(?:aes|chacha20|3des|des|blowfish|arcfour|cast128|twofish|serpent|camellia|rijndael|AEAD_)")]
    private static partial Regex Cipher();

    [GeneratedRegex("^(?:ssh-|ecdsa-sha2-|rsa-sha2-|sk-|x509v3-|webauthn-|pgp-|null$)")]
    private static partial Regex HostKey();
}
