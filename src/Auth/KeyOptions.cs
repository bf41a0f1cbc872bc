using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>How an option is written.</summary>
internal enum KeyOptionForm
{
    /// <summary>Its name alone.</summary>
    Flag,

    /// <summary>Its name, or its name with no- in front.</summary>
    Switch,

    /// <summary>Its name, an equals sign and a value in quotes.</summary>
    Value,
}

/// <summary>One option of sshd(8).</summary>
/// <param name="Name">Its name; read without regard to case.</param>
/// <param name="Form">How it is written.</param>
/// <param name="Effect">What it does here, for the guide.</param>
/// <param name="Set">What it changes: before, value (of a value), on (of a switch).</param>
internal sealed record KeyOption(string Name, KeyOptionForm Form, string Effect, Func<KeyRestrictions, string, bool, KeyRestrictions> Set);

/// <summary>Every option that may stand in front of a key in authorized_keys, and how they are read. The table is also the source of
/// the one in docs/server.md.</summary>
internal static class KeyOptions
{
    // OpenSSH's bounds on what one line may bring.
    private const int MaximumVariables = 1024;
    private const int MaximumTargets = 4096;

    private static readonly string[] TimeForms = ["yyyyMMdd", "yyyyMMddHHmm", "yyyyMMddHHmmss"];

    /// <summary>All rows, by name.</summary>
    public static ImmutableArray<KeyOption> All { get; } =
    [
        Switch("agent-forwarding", "whether the agent may be forwarded", (r, on) => r with { AllowsAgentForwarding = on }),
        Flag("cert-authority", "the key logs nobody in; the user certificates it has signed do", r => r with { IsCertificateAuthority = true }),
        Value("command", "run whatever the client asks for; what it asked for is in SSH_ORIGINAL_COMMAND", Command),
        Value("environment", "sets NAME=value, where SshServerOptions.PermitKeyEnvironment names it", Variable),
        Value("expiry-time", "the key is refused from this time on: YYYYMMDD[HHMM[SS]], in the server's zone or, with Z, in UTC", Expiry),
        Value("from", "the client must come from there: addresses, networks, patterns, each with ! to forbid", From),
        Value("permitlisten", "ports the client may have the server listen on: [host:]port", (r, v) => r with { PermitListen = Add(r.PermitListen, v, allowsBarePort: true) }),
        Value("permitopen", "where the client may forward connections to: host:port", (r, v) => r with { PermitOpen = Add(r.PermitOpen, v, allowsBarePort: false) }),
        Switch("port-forwarding", "whether connections may be forwarded", (r, on) => r with { AllowsPortForwarding = on }),
        Value("principals", "with cert-authority: a certificate must name one of these, instead of the user", Principals),
        Switch("pty", "whether a terminal may be had", (r, on) => r with { AllowsPty = on }),
        Flag("restrict", "all the no- options at once; those that follow may take one back", Restrict),
        Switch("touch-required", "a security key's signature must say that somebody touched it; so it is without the option, too", (r, on) => r with { RequiresTouch = on }),
        Value("tunnel", "recognised; this server has no tunnels", Tunnel),
        Switch("user-rc", "recognised; this server runs no start file", (r, on) => r with { AllowsUserRc = on }),
        Switch("verify-required", "a security key's signature must say that its owner was verified", (r, on) => r with { RequiresVerification = on }),
        Switch("x11-forwarding", "recognised; this server does not forward X11", (r, on) => r with { AllowsX11Forwarding = on }),
    ];

    /// <summary>Reads options up to the first blank outside quotes.</summary>
    /// <param name="line">The options, and perhaps more.</param>
    /// <param name="end">Where they end: the blank, or the line's end.</param>
    /// <exception cref="LocalMisuseException">An option is unknown, or its value is not of its form.</exception>
    public static KeyRestrictions Read(string line, out int end)
    {
        KeyRestrictions read = KeyRestrictions.None;
        int at = 0;
        while (true)
        {
            read = ReadOne(read, line, ref at);
            if (at == line.Length || line[at] is ' ' or '\t')
                break;
            if (line[at] != ',')
                throw Bad("a comma or a blank is expected after an option", line, at);
            at++;
        }

        end = at;
        return !read.Principals.IsEmpty && !read.IsCertificateAuthority
            ? throw Bad("principals means something together with cert-authority only")
            : read;
    }

    private static KeyRestrictions ReadOne(KeyRestrictions before, string line, ref int at)
    {
        int start = at;
        while (at < line.Length && (char.IsAsciiLetterOrDigit(line[at]) || line[at] == '-'))
            at++;
        string name = line[start..at];
        bool hasValue = at < line.Length && line[at] == '=';
        (KeyOption option, bool on) = Find(name) ?? throw Bad($"“{TerminalText.OneLine(line[start..].Split([' ', ',', '=', '\t'])[0], 40)}” is no option sshd(8) knows");
        if (hasValue != (option.Form == KeyOptionForm.Value))
            throw Bad(hasValue ? $"{option.Name} takes no value" : $"{option.Name} wants a value: {option.Name}=\"…\"");
        if (!hasValue)
            return option.Set(before, "", on);
        at++;
        return option.Set(before, Dequote(line, ref at, option.Name), on);
    }

    private static (KeyOption Option, bool On)? Find(string name)
    {
        foreach (KeyOption option in All)
        {
            if (string.Equals(option.Name, name, StringComparison.OrdinalIgnoreCase))
                return (option, true);
            if (option.Form == KeyOptionForm.Switch && string.Equals($"no-{option.Name}", name, StringComparison.OrdinalIgnoreCase))
                return (option, false);
        }

        return null;
    }

    // In quotes; \" is a quote, and every other backslash is itself.
    private static string Dequote(string line, ref int at, string name)
    {
        if (at == line.Length || line[at] != '"')
            throw Bad($"the value of {name} is not in quotes");
        StringBuilder value = new();
        for (at++; at < line.Length && line[at] != '"'; at++)
        {
            if (line[at] == '\\' && at + 1 < line.Length && line[at + 1] == '"')
                at++;
            value.Append(line[at]);
        }

        if (at == line.Length)
            throw Bad($"the value of {name} has no closing quote");
        at++;
        return value.ToString();
    }

    private static KeyRestrictions Command(KeyRestrictions before, string value) =>
        before.ForcedCommand is null ? before with { ForcedCommand = value } : throw Twice("command");

    private static KeyRestrictions From(KeyRestrictions before, string value) =>
        before.From is null ? before with { From = AddressPatterns.Parse(value) } : throw Twice("from");

    private static KeyRestrictions Principals(KeyRestrictions before, string value)
    {
        if (!before.Principals.IsEmpty)
            throw Twice("principals");
        string[] names = value.Split(',');
        return names.All(name => name.Length > 0) ? before with { Principals = [.. names] } : throw Bad("principals holds an empty name");
    }

    private static KeyRestrictions Variable(KeyRestrictions before, string value)
    {
        int equals = value.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1 || !value[..equals].All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            throw Bad("the value of environment is not NAME=value, with letters, digits and _ in the name");
        if (before.Environment.Length >= MaximumVariables)
            throw Bad($"more than {MaximumVariables} environment options");
        string name = value[..equals];
        return before.Environment.Any(variable => variable.Key == name)
            ? before
            : before with { Environment = before.Environment.Add(new(name, value[(equals + 1)..])) };
    }

    // The earliest counts where there are several.
    private static KeyRestrictions Expiry(KeyRestrictions before, string value)
    {
        bool isUtc = value.EndsWith('Z') || value.EndsWith('z');
        if (!DateTime.TryParseExact(isUtc ? value[..^1] : value, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime time))
            throw Bad($"“{TerminalText.OneLine(value, 40)}” is no time: YYYYMMDD[HHMM[SS]][Z] is expected");
        DateTimeOffset expires = new(DateTime.SpecifyKind(time, isUtc ? DateTimeKind.Utc : DateTimeKind.Local));
        return before.ExpiresAt <= expires ? before : before with { ExpiresAt = expires };
    }

    private static ImmutableArray<ForwardingTarget> Add(ImmutableArray<ForwardingTarget> before, string value, bool allowsBarePort) =>
        before.Length < MaximumTargets
            ? before.Add(ForwardingTarget.Parse(value, allowsBarePort))
            : throw Bad($"more than {MaximumTargets} hosts and ports");

    private static KeyRestrictions Tunnel(KeyRestrictions before, string value) =>
        value == "any" || (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int device) && device >= 0)
            ? before with { Tunnel = value }
            : throw Bad("the value of tunnel is neither a number nor any");

    private static KeyRestrictions Restrict(KeyRestrictions before) => before with
    {
        AllowsAgentForwarding = false,
        AllowsPortForwarding = false,
        AllowsPty = false,
        AllowsUserRc = false,
        AllowsX11Forwarding = false,
    };

    private static KeyOption Flag(string name, string effect, Func<KeyRestrictions, KeyRestrictions> set) =>
        new(name, KeyOptionForm.Flag, effect, (before, _, _) => set(before));

    private static KeyOption Switch(string name, string effect, Func<KeyRestrictions, bool, KeyRestrictions> set) =>
        new(name, KeyOptionForm.Switch, effect, (before, _, on) => set(before, on));

    private static KeyOption Value(string name, string effect, Func<KeyRestrictions, string, KeyRestrictions> set) =>
        new(name, KeyOptionForm.Value, effect, (before, value, _) => set(before, value));

    private static LocalMisuseException Twice(string name) => Bad($"{name} is given twice");

    private static LocalMisuseException Bad(string why, string line, int at) =>
        Bad($"{why}, and “{TerminalText.OneLine(line[at..], 20)}” stands there");

    private static LocalMisuseException Bad(string why) => new(SshErrorCode.Misuse, $"The options of the key cannot be understood: {why}.");
}
