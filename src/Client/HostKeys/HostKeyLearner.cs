using System.Collections.Immutable;
using LucidSsh.Connection;
using LucidSsh.Crypto;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>Learns a server's other host keys after the login, so that it can replace one without its users meeting an unknown key
/// (hostkeys-00@openssh.com; OpenSSH's PROTOCOL, section 2.5). Once per connection, beside whatever the connection is for; what fails or
/// is odd changes nothing and is traced.</summary>
internal sealed class HostKeyLearner(SshClientOptions options, SshTarget target) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LearningConnection? _connection;
    private volatile bool _begun;

    /// <summary>Completes, never fails, when a server's keys have been dealt with.</summary>
    public Task Done => _done.Task;

    /// <summary>Names the connection; before its login.</summary>
    public void Attach(LearningConnection connection) => _connection = connection;

    /// <summary>The server tells its keys. It runs on the read loop: the rest goes on elsewhere.</summary>
    public void Told(ReadOnlySpan<byte> data)
    {
        if (options.HostKeys.Learns is not { } learns || _connection is not { } connection)
            return;
        if (_begun)
        {
            Trace(connection, 0, "ignored: the server told its keys before");
            return;
        }

        _begun = true;
        if (!HostKeyProof.TryRead(data, out List<byte[]>? blobs))
        {
            Trace(connection, 0, $"ignored: the request is malformed or has more than {HostKeyProof.MaximumKeys} keys");
            _done.TrySetResult();
            return;
        }

        _ = Task.Run(() => LearnAsync(connection, learns, blobs), CancellationToken.None);
    }

    /// <summary>Gives what has begun a second to end: a command may have taken less time than the server's proof.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_begun)
            await Task.WhenAny(_done.Task, Task.Delay(Patience, options.Time)).ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_begun)
            await _done.Task.ConfigureAwait(false); // a file that is being written is written
    }

    private async Task LearnAsync(LearningConnection connection, KnownHostsOptions learns, List<byte[]> blobs)
    {
        try
        {
            HostKeyUpdate update = await UpdateAsync(connection, learns, blobs).ConfigureAwait(false);
            connection.Tracer.Emit(new HostKeysTold(
                blobs.Count, update.New.Length, update.Gone.Length,
                update.Refusal is { } why ? $"nothing is changed: {why}" : update.New.IsEmpty && update.Gone.IsEmpty ? "they are all known" : $"{learns.Files[0]} is up to date"));
        }
        catch (Exception exception) when (exception is SshException or OperationCanceledException)
        {
            Trace(connection, blobs.Count, $"nothing is changed: {(exception is SshException failure ? failure.Sentence : "the connection ended, or the server did not answer in time")}");
        }
        finally
        {
            _done.TrySetResult();
        }
    }

    private async Task<HostKeyUpdate> UpdateAsync(LearningConnection connection, KnownHostsOptions learns, List<byte[]> blobs)
    {
        ServerHostKey current = connection.HostKey;
        if (current.Certificate is not null)
            return Nothing("the host proved itself with a certificate");
        if (blobs.Distinct(BlobComparer.Instance).Count() != blobs.Count)
            return Nothing("the server told a key twice");
        if (!blobs.Any(blob => current.Key.Blob.Span.SequenceEqual(blob)))
            return Nothing("the key the server proved itself with is not among those it told");
        ImmutableArray<PublicKey> accepted = [.. blobs.Select(Accept).OfType<PublicKey>()];
        HostKeyUpdate plan = Plan(learns, current.Key, blobs, accepted);
        if (plan.Refusal is not null || (plan.New.IsEmpty && plan.Gone.IsEmpty))
            return plan;
        if (!plan.New.IsEmpty && await ProveAsync(connection, plan.New).ConfigureAwait(false) is { } unproved)
            return Nothing(unproved);
        await KnownHostsWriter.ChangeAsync(
            learns.Files[0],
            _ =>
            {
                // Under the lock once more: what was not proved is not written.
                HostKeyUpdate now = Plan(learns, current.Key, blobs, accepted);
                if (now.New.Any(key => !plan.New.Contains(key)))
                    now = Nothing("the file changed meanwhile");
                plan = now;
                return new KnownHostsChange(
                    [.. now.Gone.Select(entry => entry.Line)],
                    [.. now.New.Select(key => KnownHostsFile.Line(HostTrust.NameOf(learns, target.Host, target.Port), key, learns.HashNames))]);
            },
            options.Time,
            _stop.Token).ConfigureAwait(false);
        return plan;
    }

    private HostKeyUpdate Plan(KnownHostsOptions learns, PublicKey current, List<byte[]> blobs, ImmutableArray<PublicKey> accepted)
    {
        HostTrust trust = HostTrust.Read(learns, target.Host, target.Port);
        foreach (PublicKey key in accepted)
            HostRevocation.Check(new PresentedHostKey(target.Host, target.Port, key), trust, learns);
        return HostKeyUpdate.Plan(trust, learns.Files[0], current, blobs, accepted);
    }

    // Certificates are no keys to remember; types and sizes this side would not negotiate are left alone.
    private PublicKey? Accept(byte[] blob) =>
        PublicKey.TryParse(blob, out PublicKey? key, out _)
        && key.SignatureAlgorithms.Any(options.Algorithms.HostKeys.Contains)
        && (key.Type != KeyTypes.Rsa || key.Bits >= options.MinimumRsaBits)
            ? key
            : null;

    /// <summary>Has the server sign with each key; null where every signature is right.</summary>
    private async Task<string?> ProveAsync(LearningConnection connection, ImmutableArray<PublicKey> keys)
    {
        using CancellationTokenSource deadline = new(options.RequestTimeout, options.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, deadline.Token);
        byte[]? reply = await connection.RequestAsync(HostKeyProof.Prove, HostKeyProof.Write(keys.Select(key => key.Blob)), either.Token).ConfigureAwait(false);
        if (reply is null)
            return "the server would not prove that it holds the new keys";
        if (!HostKeyProof.TryRead(reply, out List<byte[]>? signatures) || signatures.Count != keys.Length)
            return "the server's proof is malformed";
        for (int i = 0; i < keys.Length; i++)
        {
            byte[] data = HostKeyProof.DataToSign(connection.SessionId.Span, keys[i].Blob.Span);
            if (!HostKeyProof.Algorithms(keys[i].Type, connection.Algorithm).Any(algorithm => keys[i].Verify(algorithm, data, signatures[i])))
                return $"the server's proof for {keys[i].Type} {keys[i].Fingerprint} is wrong";
        }

        return null;
    }

    private static HostKeyUpdate Nothing(string why) => new([], [], why);

    private static void Trace(LearningConnection connection, int keys, string outcome) => connection.Tracer.Emit(new HostKeysTold(keys, 0, 0, outcome));

    private sealed class BlobComparer : IEqualityComparer<byte[]>
    {
        public static readonly BlobComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] blob)
        {
            HashCode hash = default;
            hash.AddBytes(blob);
            return hash.ToHashCode();
        }
    }
}

/// <summary>What the learner needs of a connection.</summary>
/// <param name="HostKey">What the server proved itself with.</param>
/// <param name="SessionId">The session identifier, which proofs are bound to.</param>
/// <param name="Algorithm">The host key algorithm that was agreed on.</param>
/// <param name="Tracer">The trace.</param>
/// <param name="RequestAsync">Sends a global request; null is the server's refusal.</param>
internal sealed record LearningConnection(
    ServerHostKey HostKey,
    ReadOnlyMemory<byte> SessionId,
    string? Algorithm,
    Tracer Tracer,
    Func<string, ReadOnlyMemory<byte>, CancellationToken, Task<byte[]?>> RequestAsync)
{
    /// <summary>A connection whose keys are exchanged.</summary>
    public static LearningConnection Of(SshTransport transport, ConnectionLayer connection) => new(
        transport.ServerHostKey!,
        transport.SessionId,
        transport.Negotiation.Algorithms.FirstOrDefault(algorithm => algorithm.Kind == AlgorithmKind.HostKey)?.Chosen,
        transport.Tracer,
        connection.RequestAsync);
}
