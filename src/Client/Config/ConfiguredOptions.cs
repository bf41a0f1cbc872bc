using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using LucidSsh.Auth;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>Makes options of what a configuration says.</summary>
internal static class ConfiguredOptions
{
    // Ways that lead in a circle end here; nobody passes so many hosts.
    private const int MostJumpHosts = 16;

    public static SshClientOptions Of(HostConfiguration host, SshClientOptions defaults, Func<HostConfiguration, SshClientOptions> jumpHost) =>
        Of(host, defaults, jumpHost, depth: 0);

    private static SshClientOptions Of(HostConfiguration host, SshClientOptions defaults, Func<HostConfiguration, SshClientOptions> jumpHost, int depth)
    {
        TimeSpan? timeout = host.Time("ConnectTimeout");
        return defaults with
        {
            Proxy = Way(host, jumpHost, depth) ?? defaults.Proxy,
            AddressFamily = host.Text("AddressFamily")?.ToLowerInvariant() switch
            {
                "inet" => AddressFamily.InterNetwork,
                "inet6" => AddressFamily.InterNetworkV6,
                "any" => AddressFamily.Unspecified,
                _ => defaults.AddressFamily,
            },
            LocalAddress = host.Value("BindAddress") is { } bind
                ? IPAddress.TryParse(bind.Word, out IPAddress? local) ? local : throw bind.Place.Unusable($"BindAddress \"{TerminalText.OneLine(bind.Word, 60)}\" is no address")
                : defaults.LocalAddress,
            ConnectTimeout = timeout ?? defaults.ConnectTimeout,
            HandshakeTimeout = timeout ?? defaults.HandshakeTimeout,
            KeepAliveInterval = host.Time("ServerAliveInterval") ?? defaults.KeepAliveInterval,
            KeepAliveCount = host.Number("ServerAliveCountMax") ?? defaults.KeepAliveCount,
            MinimumRsaBits = host.Number("RequiredRSASize") ?? defaults.MinimumRsaBits,
            Rekey = Rekey(host, defaults.Rekey),
            Algorithms = ConfiguredAlgorithms.Of(host, defaults.Algorithms),
            HostKeys = ConfiguredTrust.Of(host) ?? defaults.HostKeys,
            Credentials = Allowed(host, defaults.Credentials),
            Login = defaults.Login with { SignatureAlgorithms = ConfiguredAlgorithms.Signatures(host, "PubkeyAcceptedAlgorithms", defaults.Login.SignatureAlgorithms) },
            AgentForwarding = host.Value("ForwardAgent") is null ? defaults.AgentForwarding : Forwarding(host),
        };
    }

    private static AgentForwarding? Forwarding(HostConfiguration host)
    {
        ConfigValue value = host.Value("ForwardAgent")!;
        return ValueForm.Canonical(value.Word) switch
        {
            "no" => null,
            "yes" => host.IdentityAgent is "none" ? null : AgentForwarding.ToSocket(host.IdentityAgent),
            _ when value.Word.StartsWith('$') && !value.Word.StartsWith("${", StringComparison.Ordinal) =>
                Environment.GetEnvironmentVariable(value.Word[1..]) is { } path ? AgentForwarding.ToSocket(path) : null,
            _ => AgentForwarding.ToSocket(host.Tokens.ExpandFile(value.Word, value.Place)),
        };
    }

    private static Proxy? Way(HostConfiguration host, Func<HostConfiguration, SshClientOptions> jumpHost, int depth)
    {
        if (host.ProxyJump is { } jump)
            return Jump(host, jump, jumpHost, depth);
        if (host.ProxyCommand is not { } command)
            return null;
        ConfigPlace place = host.Value("ProxyCommand")!.Place;
        if (!host.Configuration.Options.AllowCommands)
        {
            throw place.Unusable(
                $"{host.GivenHost} is reached by a command (ProxyCommand), and commands of the configuration do not run unless that is allowed",
                $"Look at the command, then allow it ({SshConfigurationOptions.HowToAllow}); a ProxyJump needs no leave.");
        }

        // exec: the shell that reads the line makes room for the program, which is then the one that is ended.
        string line = host.Tokens.ExpandCommand(command, place);
        return Proxy.Command(MatchExec.ShellWords(OperatingSystem.IsWindows() ? line : $"exec {line}"), host.Configuration.Options.CommandErrors);
    }

    private static Proxy Jump(HostConfiguration host, string jump, Func<HostConfiguration, SshClientOptions> jumpHost, int depth)
    {
        ConfigPlace place = host.Value("ProxyJump")!.Place;
        string[] hops = jump.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (hops.Length == 0)
            throw place.Unusable("ProxyJump names no host");
        if (depth + hops.Length > MostJumpHosts)
            throw place.Unusable($"the way to {host.GivenHost} leads through more than {MostJumpHosts} jump hosts", "They may lead in a circle: give the jump host a \"ProxyJump none\" of its own.");
        string? before = hops.Length == 1 ? null : string.Join(',', hops[..^1]);
        HostConfiguration last = host.Configuration.ForJumpHost(host.Tokens.ExpandCommand(hops[^1], place), before);
        if (last.GivenHost == host.GivenHost && last.Target == host.Target)
            throw place.Unusable($"{host.GivenHost} is its own jump host", "Give the jump host a \"ProxyJump none\" of its own, in a block before this one.");
        // Nothing runs on a jump host that could want the agent.
        return Proxy.Jump(last.Target, Of(last, jumpHost(last), jumpHost, depth + 1) with { AgentForwarding = null });
    }

    private static RekeyLimits Rekey(HostConfiguration host, RekeyLimits limits)
    {
        if (host.Value("RekeyLimit") is not { } value)
            return limits;
        if (ValueForm.ParseBytes(value.Word) is > 0 and long bytes)
            limits = limits with { Bytes = bytes };
        return value.Words.Length > 1 && ValueForm.ParseTime(value.Words[1]) is { } time && time > TimeSpan.Zero ? limits with { Interval = time } : limits;
    }

    // A method that is switched off, or not among the preferred ones, is not tried; the others go in the preferred order.
    private static ImmutableArray<Credential> Allowed(HostConfiguration host, IReadOnlyList<Credential> credentials)
    {
        IReadOnlyList<string> preferred = host.PreferredAuthentications;
        (string Method, string Keyword)[] switches =
        [
            (LoginMethods.PublicKey, "PubkeyAuthentication"), (LoginMethods.Password, "PasswordAuthentication"),
            (LoginMethods.KeyboardInteractive, "KbdInteractiveAuthentication"), ("gssapi-with-mic", "GSSAPIAuthentication"),
        ];
        IEnumerable<Credential> allowed = credentials.Where(credential =>
            host.Allows(switches.FirstOrDefault(row => row.Method == credential.Method).Keyword ?? "") is not false
            && (preferred.Count == 0 || preferred.Contains(credential.Method)));
        return preferred.Count == 0 ? [.. allowed] : [.. allowed.OrderBy(credential => preferred.ToList().IndexOf(credential.Method))];
    }
}
