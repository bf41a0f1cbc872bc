using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>What a user who has logged in may do: what every key and certificate verified in the login allows. The server asks here, and
/// nowhere else, before it runs a command, gives a terminal or forwards anything.</summary>
public sealed class SessionPermissions
{
    private readonly ImmutableArray<KeyRestrictions> _restrictions;

    private SessionPermissions(ImmutableArray<KeyRestrictions> restrictions) => _restrictions = restrictions;

    /// <summary>Of a login in which no key restricts anything.</summary>
    public static SessionPermissions All { get; } = new([]);

    /// <summary>The command that is run whatever the client asks for; null: what it asks for.</summary>
    public string? ForcedCommand => _restrictions.FirstOrDefault(one => one.ForcedCommand is not null)?.ForcedCommand;

    /// <summary>Environment variables the keys set; of one name the first counts. The server sets those whose names it allows.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Environment =>
        [.. _restrictions.SelectMany(one => one.Environment).DistinctBy(variable => variable.Key)];

    /// <summary>Whether the client's agent may be forwarded.</summary>
    public bool AllowsAgentForwarding => _restrictions.All(one => one.AllowsAgentForwarding);

    /// <summary>Whether connections may be forwarded at all; <see cref="AllowsOpening"/> and <see cref="AllowsListening"/> say where.</summary>
    public bool AllowsPortForwarding => _restrictions.All(one => one.AllowsPortForwarding);

    /// <summary>Whether a terminal may be had.</summary>
    public bool AllowsPty => _restrictions.All(one => one.AllowsPty);

    /// <summary>Whether the user's own start file may be run.</summary>
    public bool AllowsUserRc => _restrictions.All(one => one.AllowsUserRc);

    /// <summary>Whether X11 may be forwarded.</summary>
    public bool AllowsX11Forwarding => _restrictions.All(one => one.AllowsX11Forwarding);

    /// <summary>Whether the client may have a connection opened to this host and port.</summary>
    /// <param name="host">The host as the client writes it.</param>
    /// <param name="port">The port.</param>
    public bool AllowsOpening(string host, int port) => AllowsPortForwarding
        && _restrictions.All(one => ForwardingTarget.Permits(one.PermitOpen, target => target.IsDestination(host, port)));

    /// <summary>Whether the client may have the server listen at this address and port.</summary>
    /// <param name="host">The address as the client writes it; empty for any.</param>
    /// <param name="port">The port.</param>
    public bool AllowsListening(string host, int port) => AllowsPortForwarding
        && _restrictions.All(one => ForwardingTarget.Permits(one.PermitListen, target => target.IsListener(host, port)));

    /// <summary>What remains when <paramref name="restrictions"/> hold as well.</summary>
    /// <returns>The smaller permissions; null where two commands are forced and differ: then nothing can be run that both allow.</returns>
    internal SessionPermissions? Narrow(KeyRestrictions restrictions) =>
        ForcedCommand is { } command && restrictions.ForcedCommand is { } other && command != other
            ? null
            : new SessionPermissions(_restrictions.Add(restrictions));

    /// <summary>In words, for a trace: what is not allowed, and the forced command; empty where nothing is restricted.</summary>
    public override string ToString() => string.Join(", ", Parts());

    private IEnumerable<string> Parts()
    {
        if (ForcedCommand is { } command)
            yield return $"only the command {TerminalText.OneLine(command, 80)}";
        if (!AllowsPty)
            yield return "no terminal";
        if (!AllowsAgentForwarding)
            yield return "no agent forwarding";
        if (!AllowsPortForwarding)
            yield return "no port forwarding";
        foreach (KeyRestrictions one in _restrictions.Where(_ => AllowsPortForwarding))
        {
            if (!one.PermitOpen.IsEmpty)
                yield return $"forwarding to {string.Join(" ", one.PermitOpen)} only";
            if (!one.PermitListen.IsEmpty)
                yield return $"listening at {string.Join(" ", one.PermitListen)} only";
        }
    }
}
