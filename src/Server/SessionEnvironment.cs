using System.Collections.Immutable;
using LucidSsh.Auth;
using LucidSsh.Wire;

namespace LucidSsh.Server;

/// <summary>The environment of one session: what the client and its keys may set of it.</summary>
internal sealed class SessionEnvironment
{
    // OpenSSH's servers take at most 1000 variables as well; nobody sends as many as this.
    private const int MaximumVariables = 128;

    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);
    private readonly SshServerOptions _options;

    /// <summary>Begins with what the keys of the login set.</summary>
    public SessionEnvironment(SshServerOptions options, SessionPermissions permissions)
    {
        _options = options;
        foreach ((string name, string value) in permissions.Environment)
        {
            if (IsNamed(options.PermitKeyEnvironment, name) && IsSound(name, value))
                _variables.TryAdd(name, value);
        }
    }

    /// <summary>Takes a variable of the client; false where it may not set that one, or a key has set it.</summary>
    public bool TryAdd(string name, string value) =>
        _variables.Count < MaximumVariables && IsNamed(_options.AcceptEnvironment, name) && IsSound(name, value) && _variables.TryAdd(name, value);

    /// <summary>The variables, and in SSH_ORIGINAL_COMMAND what the client asked for where a command is forced instead.</summary>
    public Dictionary<string, string> Complete(string? originalCommand)
    {
        Dictionary<string, string> complete = new(_variables, StringComparer.Ordinal);
        if (originalCommand is not null)
            complete["SSH_ORIGINAL_COMMAND"] = originalCommand;
        return complete;
    }

    private static bool IsNamed(ImmutableArray<string> patterns, string name) =>
        patterns.Any(pattern => Wildcard.Matches(pattern, name, ignoresCase: false));

    private static bool IsSound(string name, string value) =>
        name.Length > 0 && name.AsSpan().IndexOfAny('=', '\0') < 0 && !value.Contains('\0', StringComparison.Ordinal);
}
