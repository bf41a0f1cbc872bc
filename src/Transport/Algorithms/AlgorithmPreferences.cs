using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Transport;

/// <summary>What is offered in the negotiation, each list in order of preference. A name that this library does not know is refused
/// with a <see cref="LocalMisuseException"/> that lists those it knows, as is an empty list.</summary>
public sealed record AlgorithmPreferences
{
    private AlgorithmPreferences()
    {
    }

    /// <summary>What is offered where nothing else is asked for: nothing that is known to be weak.</summary>
    public static AlgorithmPreferences Default { get; } = new();

    /// <summary>Key exchange methods.</summary>
    public ImmutableArray<string> KeyExchange { get; init => field = AlgorithmCatalogue.KeyExchange.Checked(value); } = AlgorithmCatalogue.KeyExchange.Default;

    /// <summary>Host key algorithms.</summary>
    public ImmutableArray<string> HostKeys { get; init => field = AlgorithmCatalogue.HostKeys.Checked(value); } = AlgorithmCatalogue.HostKeys.Default;

    /// <summary>Ciphers, for both directions.</summary>
    public ImmutableArray<string> Ciphers { get; init => field = AlgorithmCatalogue.Ciphers.Checked(value); } = AlgorithmCatalogue.Ciphers.Default;

    /// <summary>MACs, for both directions.</summary>
    public ImmutableArray<string> Macs { get; init => field = AlgorithmCatalogue.Macs.Checked(value); } = AlgorithmCatalogue.Macs.Default;

    /// <summary>Compression methods, for both directions.</summary>
    public ImmutableArray<string> Compression { get; init => field = AlgorithmCatalogue.Compression.Checked(value); } = AlgorithmCatalogue.Compression.Default;

    /// <summary>Changes lists in OpenSSH's syntax (ssh_config(5), Ciphers): names replace the list; <c>+</c> before them appends,
    /// <c>-</c> removes (with wildcards), <c>^</c> puts them first. Null leaves a list as it is.</summary>
    /// <exception cref="LocalMisuseException">A name that this library does not know; the error lists those it knows.</exception>
    public AlgorithmPreferences Apply(
        string? keyExchange = null, string? hostKeys = null, string? ciphers = null, string? macs = null, string? compression = null) => this with
        {
            KeyExchange = AlgorithmCatalogue.KeyExchange.Apply(KeyExchange, keyExchange),
            HostKeys = AlgorithmCatalogue.HostKeys.Apply(HostKeys, hostKeys),
            Ciphers = AlgorithmCatalogue.Ciphers.Apply(Ciphers, ciphers),
            Macs = AlgorithmCatalogue.Macs.Apply(Macs, macs),
            Compression = AlgorithmCatalogue.Compression.Apply(Compression, compression),
        };
}

/// <summary>The names of one kind of algorithm: all that are known, and those offered by default.</summary>
internal sealed class AlgorithmCatalogue
{
    private readonly string _kind;

    private AlgorithmCatalogue(string kind, IEnumerable<(string Name, Posture Posture)> rows)
    {
        _kind = kind;
        All = [.. rows.Select(row => row.Name)];
        Default = [.. rows.Where(row => row.Posture == Posture.Offered).Select(row => row.Name)];
    }

    public static AlgorithmCatalogue KeyExchange { get; } = new("key exchange method", KexTable.All.Select(row => (row.Name, row.Posture)));

    public static AlgorithmCatalogue HostKeys { get; } = new("host key algorithm", HostKeyTable.All.Select(row => (row.Name, row.Posture)));

    public static AlgorithmCatalogue Ciphers { get; } = new("cipher", CipherTable.All.Select(row => (row.Name, row.Posture)));

    public static AlgorithmCatalogue Macs { get; } = new("MAC", MacTable.All.Select(row => (row.Name, row.Posture)));

    public static AlgorithmCatalogue Compression { get; } = new("compression method", [("none", Posture.Offered)]);

    /// <summary>Every name that is known.</summary>
    public ImmutableArray<string> All { get; }

    /// <summary>What is offered where nothing else is asked for.</summary>
    public ImmutableArray<string> Default { get; }

    /// <summary>The catalogue of a kind.</summary>
    public static AlgorithmCatalogue Of(AlgorithmKind kind) => kind switch
    {
        AlgorithmKind.KeyExchange => KeyExchange,
        AlgorithmKind.HostKey => HostKeys,
        AlgorithmKind.CipherClientToServer or AlgorithmKind.CipherServerToClient => Ciphers,
        AlgorithmKind.MacClientToServer or AlgorithmKind.MacServerToClient => Macs,
        _ => Compression,
    };

    /// <summary>Applies one list in OpenSSH's syntax.</summary>
    /// <exception cref="LocalMisuseException">A name that is not known, or nothing is left.</exception>
    public ImmutableArray<string> Apply(ImmutableArray<string> current, string? text)
    {
        if (text is null)
            return current;
        char modifier = text.Length > 0 && text[0] is '+' or '-' or '^' ? text[0] : ' ';
        string[] names = (modifier == ' ' ? text : text[1..]).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        // What is not known need not be removed: as in OpenSSH, so that its users' lists (-3des-cbc) can be taken over.
        if (modifier != '-' && names.FirstOrDefault(name => !All.Contains(name)) is { } unknown)
            throw Unknown(unknown);
        ImmutableArray<string> result = modifier switch
        {
            '+' => [.. current.Union(names)],
            '^' => [.. names.Union(current)],
            '-' => [.. current.Where(name => !names.Any(pattern => Wildcard.Matches(pattern, name)))],
            _ => [.. names.Distinct()],
        };
        return result.IsEmpty
            ? throw new LocalMisuseException(SshErrorCode.Misuse, $"\"{text}\" leaves no {_kind}.", $"Known: {string.Join(", ", All)}.")
            : result;
    }

    /// <summary>The list as it is.</summary>
    /// <exception cref="LocalMisuseException">A name that is not known, or nothing at all.</exception>
    public ImmutableArray<string> Checked(ImmutableArray<string> names)
    {
        if (names.IsDefaultOrEmpty)
            throw new LocalMisuseException(SshErrorCode.Misuse, $"There is no {_kind} to offer.", $"Known: {string.Join(", ", All)}.");
        return names.FirstOrDefault(name => !All.Contains(name)) is { } unknown ? throw Unknown(unknown) : names;
    }

    private LocalMisuseException Unknown(string name) =>
        new(SshErrorCode.Misuse, $"\"{name}\" is no {_kind} of this library.", $"Known: {string.Join(", ", All)}.");
}
