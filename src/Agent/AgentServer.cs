using System.Collections.Immutable;
using System.IO.Pipelines;
using LucidSsh.Crypto;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Agent;

/// <summary>An agent in this process (RFC 9987): it holds private keys and signs for who can reach it: over a pipe, a Unix socket or a named
/// pipe. ssh, ssh-add and every other client of an agent can use it. What it cannot see to it refuses: a key whose constraints it does not
/// know is never held without them.</summary>
public sealed class AgentServer : IAsyncDisposable
{
    // What goes before the list in its message: number and count.
    private const int LargestList = AgentLimits.Frame - 1 - sizeof(uint);

    private readonly Lock _gate = new();
    private readonly List<HeldKey> _keys = [];
    private readonly CancellationTokenSource _stop = new();
    private int _connections;
    private bool _disposed;

    /// <summary>An agent without keys.</summary>
    public AgentServer(AgentServerOptions? options = null)
    {
        Options = options ?? new AgentServerOptions();
        Lock = new AgentLock(Options.Time);
    }

    /// <summary>The public halves of the keys it holds now.</summary>
    public ImmutableArray<PublicKey> Keys => [.. Snapshot().Select(key => key.PublicKey)];

    /// <summary>True while it is locked by a client's passphrase.</summary>
    public bool IsLocked => Lock.IsLocked;

    internal AgentServerOptions Options { get; }

    internal AgentLock Lock { get; }

    /// <summary>Holds a key from now on, under its comment. A key it holds already is replaced.</summary>
    /// <param name="key">The key; from now on the agent's, which zeroes it when it forgets it.</param>
    /// <param name="constraints">What it sees to; null is nothing.</param>
    /// <param name="certificate">A certificate of the key, for which it then signs; to sign for the plain key as well, add another copy of the
    /// key without it.</param>
    /// <exception cref="LocalMisuseException">A constraint cannot be kept, the certificate is another key's, or there are too many keys; the
    /// key stays the caller's.</exception>
    public void Add(PrivateKey key, AgentConstraints? constraints = null, Certificate? certificate = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (TryAdd(key, certificate, key.Comment, constraints ?? AgentConstraints.None) is { } refusal)
            throw new LocalMisuseException(SshErrorCode.AgentRefused, $"The agent does not take the key {key.PublicKey.Fingerprint}: {refusal}.");
    }

    /// <summary>Forgets a key, and its certificates, and zeroes it.</summary>
    /// <returns>False where it does not hold it.</returns>
    public bool Remove(PublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        bool removed = false;
        foreach (HeldKey held in Snapshot().Where(held => held.PublicKey.Equals(key)))
            removed |= Remove(held);
        return removed;
    }

    /// <summary>Forgets every key, and zeroes them.</summary>
    public void Clear()
    {
        foreach (HeldKey key in Snapshot())
            Remove(key);
    }

    /// <summary>Serves one client over a pipe, until it or the agent ends.</summary>
    /// <param name="pipe">The bytes; where it is disposable, it is disposed of at the end.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task ServeAsync(IDuplexPipe pipe, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        try
        {
            if (Interlocked.Increment(ref _connections) <= Options.MaximumConnections)
                await new AgentSession(this, pipe, new Tracer(Options.Time, Options.Trace is null ? [] : [Options.Trace], TraceRole.Server)).RunAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SshException or OperationCanceledException or IOException or InvalidOperationException)
        {
            // The client broke the protocol or is gone; the agent goes on for the others.
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
            await AgentPipe.CloseAsync(pipe).ConfigureAwait(false);
        }
    }

    /// <summary>A pipe that leads to this agent, for a client in the same process: to log in with, to forward.</summary>
    public IDuplexPipe Connect()
    {
        (IDuplexPipe here, IDuplexPipe there) = PipePair.Create();
        _ = ServeAsync(there);
        return here;
    }

    /// <summary>Listens on a Unix socket (mode 0600) in a new directory that is this user's alone (mode 0700). Both are removed when the
    /// listener is disposed of.</summary>
    /// <exception cref="LocalMisuseException">The socket cannot be made.</exception>
    public AgentListener Listen() => AgentListener.OnPrivateSocket(this);

    /// <summary>Listens on a Unix socket of mode 0600, or on a named pipe that only this user may open.</summary>
    /// <param name="path">The socket's path, where nothing may be yet, in a directory that is there; or <c>\\.\pipe\NAME</c>.</param>
    /// <exception cref="LocalMisuseException">It cannot be made.</exception>
    public AgentListener Listen(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return AgentListener.On(this, path);
    }

    /// <summary>Ends every connection, forgets every key and zeroes them. Listeners are disposed of by their owners.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        Clear();
        Lock.Dispose();
    }

    internal ImmutableArray<HeldKey> Snapshot()
    {
        lock (_gate)
            return [.. _keys];
    }

    internal HeldKey? Find(ReadOnlySpan<byte> blob)
    {
        lock (_gate)
        {
            foreach (HeldKey key in _keys)
            {
                if (key.Blob.Span.SequenceEqual(blob))
                    return key;
            }
        }

        return null;
    }

    /// <summary>Holds a key; null, or why not: the key is then still the caller's.</summary>
    internal string? TryAdd(PrivateKey key, Certificate? certificate, string comment, AgentConstraints constraints)
    {
        if (certificate is not null && !certificate.Key.Equals(key.PublicKey))
            return "the certificate is another key's";
        if (constraints.Confirm && Options.Confirm is null)
            return "it is to be confirmed before each use, and nobody is there to ask";
        if (constraints.Lifetime is { } life && (life <= TimeSpan.Zero || life.TotalSeconds > uint.MaxValue))
            return "its lifetime is out of range";
        DestinationConstraints? destinations = null;
        foreach (AgentConstraintExtension extension in constraints.Extensions)
        {
            if (extension.Name != DestinationConstraints.ExtensionName || destinations is not null)
                return $"the constraint {extension.Name} is not known, or stands there twice";
            destinations = DestinationConstraints.TryRead(extension.Data.Span);
            if (destinations is null)
                return $"the constraint {extension.Name} is malformed, or names a host in a way that cannot be checked";
        }

        HeldKey held = new(key, certificate, comment, constraints.Confirm, destinations);
        lock (_gate)
        {
            if (_disposed)
                return "it is at its end";
            int index = _keys.FindIndex(other => other.Blob.Span.SequenceEqual(held.Blob.Span));
            if (index < 0 && _keys.Count >= Options.MaximumKeys)
                return $"it holds {Options.MaximumKeys} keys already";
            if (_keys.Sum(other => other.ListedSize) + held.ListedSize > LargestList)
                return $"the list of its keys would not fit into a message of {AgentLimits.Frame} bytes any more";
            if (index < 0)
                _keys.Add(held);
            else
            {
                _keys[index].Dispose();
                _keys[index] = held;
            }
        }

        if ((constraints.Lifetime ?? Options.DefaultLifetime) is { } lifetime)
            held.EndAfter(lifetime, Options.Time, gone => Remove(gone));
        return null;
    }

    internal bool Remove(HeldKey key)
    {
        bool removed;
        lock (_gate)
            removed = _keys.Remove(key);
        key.Dispose();
        return removed;
    }
}
