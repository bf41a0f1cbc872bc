using System.Collections.Immutable;
using LucidSsh.Auth;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Agent;

/// <summary>Whatever keys an agent holds when the login begins, in its order, certificates and security keys among them: each becomes one
/// attempt. Every connection to the agent is first bound to the SSH connection (<c>session-bind@openssh.com</c>), so that keys restricted to
/// hosts work. Servers count attempts, mostly to 6: an agent with many keys needs a filter. An agent that cannot be reached is no
/// failure of the login where something else lets the user in; the report says what was wrong with it.</summary>
public sealed class AgentCredential : Credential
{
    private readonly Func<AgentClientOptions, CancellationToken, Task<AgentClient>> _connect;
    private readonly AgentClientOptions _options;
    private readonly string _name;
    private readonly Func<AgentKey, bool> _filter;

    private AgentCredential(
        string name, Func<AgentKey, bool>? filter, AgentClientOptions? options, Func<AgentClientOptions, CancellationToken, Task<AgentClient>> connect) =>
        (_name, _filter, _options, _connect) = (name, filter ?? (_ => true), options ?? new AgentClientOptions(), connect);

    /// <summary>The agent at a Unix socket or named pipe.</summary>
    /// <param name="path">The socket's path, or <c>\\.\pipe\NAME</c>; null is the default agent, <see cref="AgentClient.DefaultPath"/>.</param>
    /// <param name="filter">Says which keys are used; null uses all.</param>
    /// <param name="options">Limits of time.</param>
    public static AgentCredential FromSocket(string? path = null, Func<AgentKey, bool>? filter = null, AgentClientOptions? options = null) =>
        new(path is null ? "the agent" : $"the agent at {path}", filter, options, (given, token) => AgentClient.ConnectAsync(path, given, token));

    /// <summary>An agent of this process.</summary>
    /// <param name="agent">The agent, which stays the caller's.</param>
    /// <param name="filter">Says which keys are used; null uses all.</param>
    public static AgentCredential FromServer(AgentServer agent, Func<AgentKey, bool>? filter = null)
    {
        ArgumentNullException.ThrowIfNull(agent);
        return new AgentCredential("this program's agent", filter, null, (given, _) => Task.FromResult(new AgentClient(agent.Connect(), given)));
    }

    // What to say of the agent, as a sentence's end, and what to do, where the keys that are meant are not there.
    private (string Sentence, string Remedy)? WhereMissing { get; init; }

    /// <summary>The same, with words of its own for an agent that has none of the keys that are used.</summary>
    /// <param name="sentence">The end of a sentence about the agent, without a full stop.</param>
    /// <param name="remedy">What to do.</param>
    internal AgentCredential Meaning(string sentence, string remedy) => new(_name, _filter, _options, _connect) { WhereMissing = (sentence, remedy) };

    /// <inheritdoc />
    public override string ToString() => _name;

    internal override string Method => LoginMethods.PublicKey;

    /// <inheritdoc />
    internal override async ValueTask<IReadOnlyList<CredentialUse>> GetUsesAsync(ITransport transport, CancellationToken cancellationToken)
    {
        try
        {
            (AgentClient agent, bool isBound) = await ConnectAsync(transport, cancellationToken).ConfigureAwait(false);
            await using (agent.ConfigureAwait(false))
            {
                ImmutableArray<AgentKey> held = await agent.ListAsync(cancellationToken).ConfigureAwait(false);
                ImmutableArray<CredentialUse> uses = [.. held.Where(key => key.IsUsable && _filter(key)).SelectMany(key => UsesOf(key, transport))];
                return uses.IsEmpty ? [await NothingAsync(agent, isBound, held, cancellationToken).ConfigureAwait(false)] : uses;
            }
        }
        catch (SshException exception)
        {
            string problem = exception.Sentence.TrimEnd('.');
            return [Unusable($"{char.ToLowerInvariant(problem[0])}{problem[1..]}", exception.Remedy)];
        }
    }

    // The key's connection to the agent lives as long as one signature takes, so that nothing is left open after the login.
    private IEnumerable<CredentialUse> UsesOf(AgentKey key, ITransport transport)
    {
        AgentKey signer = new(key.Blob, key.Comment, async (_, algorithm, data, cancellationToken) =>
        {
            AgentClient agent = (await ConnectAsync(transport, cancellationToken).ConfigureAwait(false)).Agent;
            await using (agent.ConfigureAwait(false))
                return await agent.SignAsync(key, algorithm, data, cancellationToken).ConfigureAwait(false);
        });
        return PrivateKeyCredential.FromSigner(signer, key.Certificate, certificateOnly: true).Uses
            .Select(use => use with { Name = $"{use.Name} of {_name}{(key.Comment.Length > 0 ? $" (\"{key.Comment}\")" : "")}" });
    }

    private async Task<(AgentClient Agent, bool IsBound)> ConnectAsync(ITransport transport, CancellationToken cancellationToken)
    {
        AgentClient agent = await _connect(_options with { Time = transport.Time, Tracer = transport.Tracer }, cancellationToken).ConfigureAwait(false);
        try
        {
            bool isBound = await agent.BindSessionAsync(
                transport.HostKey, transport.SessionId, transport.HostKeySignature, isForwarding: false, cancellationToken).ConfigureAwait(false);
            return (agent, isBound);
        }
        catch
        {
            await agent.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // A locked agent shows no keys, takes no binding, and does not even say what it can do.
    private async Task<CredentialUse> NothingAsync(AgentClient agent, bool isBound, ImmutableArray<AgentKey> held, CancellationToken cancellationToken)
    {
        if (WhereMissing is var (sentence, remedy))
            return Unusable(sentence, remedy);
        if (held.Any(key => key.IsUsable))
            return Unusable($"of its {held.Length} keys none is one that is to be used", null);
        if (!held.IsEmpty)
            return Unusable($"its keys are of types that are not supported ({string.Join(", ", held.Select(key => key.Type).Distinct())})", null);
        bool isOpen = isBound || (await agent.ExtensionAsync(ExtensionRequest.Query, default, cancellationToken).ConfigureAwait(false)).Known;
        return isOpen
            ? Unusable("it holds no keys, or none that may be used at this host", "Add one: ssh-add FILE.")
            : Unusable("it shows no keys and refuses everything else, as one that is locked does", "Unlock it: ssh-add -X. Where it is not locked, add a key: ssh-add FILE.");
    }

    private CredentialUse Unusable(string why, string? remedy) => new(this, _name) { Problem = why, Remedy = remedy };
}
