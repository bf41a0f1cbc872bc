using System.Collections.Immutable;
using LucidSsh.Crypto;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>The lists of algorithms that a configuration names. OpenSSH has names that this library lacks; they are left out, for a list that
/// serves both.</summary>
internal static class ConfiguredAlgorithms
{
    public static AlgorithmPreferences Of(HostConfiguration host, AlgorithmPreferences defaults) => defaults with
    {
        KeyExchange = Apply(host, "KexAlgorithms", AlgorithmCatalogue.KeyExchange, defaults.KeyExchange),
        HostKeys = Apply(host, "HostKeyAlgorithms", AlgorithmCatalogue.HostKeys, defaults.HostKeys),
        Ciphers = Apply(host, "Ciphers", AlgorithmCatalogue.Ciphers, defaults.Ciphers),
        Macs = Apply(host, "MACs", AlgorithmCatalogue.Macs, defaults.Macs),
        Compression = host.IsYes("Compression") == true
            ? [.. AlgorithmCatalogue.Compression.All.Where(name => name != "none"), "none"]
            : defaults.Compression,
    };

    private static ImmutableArray<string> Apply(HostConfiguration host, string keyword, AlgorithmCatalogue catalogue, ImmutableArray<string> defaults)
    {
        if (host.Value(keyword) is not { } value)
            return defaults;
        string text = value.Word;
        char modifier = text[0];
        string marks = modifier is '+' or '-' or '^' ? text[..1] : "";
        string[] names = text[marks.Length..].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (marks == "-")
            return catalogue.Apply(defaults, text);
        string[] known = [.. names.Where(name => catalogue.All.Contains(name))];
        if (known.Length == 0 && marks.Length == 0)
            throw value.Place.Unusable($"{keyword} names nothing that this library has", $"It has {string.Join(", ", catalogue.All)}.");
        return known.Length == 0 ? defaults : catalogue.Apply(defaults, marks + string.Join(',', known));
    }

    /// <summary>Signature algorithms, which may be named by patterns. Those of certificates follow from the plain ones.</summary>
    public static ImmutableArray<string> Signatures(HostConfiguration host, string keyword, ImmutableArray<string> defaults)
    {
        if (host.Value(keyword) is not { } value)
            return defaults;
        char modifier = value.Word[0];
        string[] patterns = value.Word.TrimStart('+', '-', '^').Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string[] named = [.. patterns.SelectMany(pattern => SignatureAlgorithm.All.Select(row => row.Name).Where(name => Wildcard.Matches(pattern, name))).Distinct()];
        ImmutableArray<string> result = modifier switch
        {
            '+' => [.. defaults.Union(named)],
            '-' => [.. defaults.Except(named)],
            '^' => [.. named.Union(defaults)],
            _ => [.. named],
        };
        return result.IsEmpty ? throw value.Place.Unusable($"{keyword} leaves nothing that this library has") : result;
    }

    /// <summary>The names that are left out, and compression where there is none.</summary>
    public static IEnumerable<ConfigRemark> Remarks(HostConfiguration host) =>
        host.Value("Compression") is { } compression && host.IsYes("Compression") == true && AlgorithmCatalogue.Compression.All is ["none"]
            ? Unknown(host).Append(new ConfigRemark(compression.Place, "Compression has no effect: this library has no method for it."))
            : Unknown(host);

    private static IEnumerable<ConfigRemark> Unknown(HostConfiguration host) =>
        from list in ((string Keyword, AlgorithmCatalogue Catalogue)[])[
            ("KexAlgorithms", AlgorithmCatalogue.KeyExchange), ("HostKeyAlgorithms", AlgorithmCatalogue.HostKeys), ("Ciphers", AlgorithmCatalogue.Ciphers), ("MACs", AlgorithmCatalogue.Macs)]
        let value = host.Value(list.Keyword)
        where value is not null && !value.Word.StartsWith('-')
        let names = value.Word.TrimStart('+', '^').Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        let unknown = names.Where(name => !list.Catalogue.All.Contains(name)).ToArray()
        where unknown.Length > 0
        select new ConfigRemark(value.Place, $"{list.Keyword} names {TerminalText.OneLine(string.Join(", ", unknown))}, which this library does not have and leaves out.");
}
