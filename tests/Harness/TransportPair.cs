using System.Collections.Concurrent;
using System.IO.Pipelines;
using LucidSsh.Crypto;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Harness;

/// <summary>A client's and a server's transport over pipes in memory, with receivers that keep what they get.</summary>
internal sealed class TransportPair : IAsyncDisposable
{
    private TransportPair(SshTransport client, SshTransport server, RecordingReceiver clientReceiver, RecordingReceiver serverReceiver) =>
        (Client, Server, ClientReceiver, ServerReceiver) = (client, server, clientReceiver, serverReceiver);

    public SshTransport Client { get; }

    public SshTransport Server { get; }

    public RecordingReceiver ClientReceiver { get; }

    public RecordingReceiver ServerReceiver { get; }

    public static readonly PrivateKey HostKey = PrivateKey.Generate("ssh-ed25519");

    /// <summary>Both sides with their keys exchanged.</summary>
    public static async Task<TransportPair> ConnectAsync(
        Func<TransportOptions, TransportOptions>? client = null, Func<TransportOptions, TransportOptions>? server = null, DuplexPipePair? pipes = null, IDuplexPipe? clientPipe = null)
    {
        pipes ??= new DuplexPipePair();
        RecordingReceiver clientReceiver = new();
        RecordingReceiver serverReceiver = new();
        TransportOptions serverOptions = new() { HostKeys = [HostKey] };
        TransportOptions clientOptions = new();
        Task<SshTransport> starting = StartAsync(pipes.Right, TransportRole.Server, server?.Invoke(serverOptions) ?? serverOptions, serverReceiver);
        Task<SshTransport> connecting = StartAsync(clientPipe ?? pipes.Left, TransportRole.Client, client?.Invoke(clientOptions) ?? clientOptions, clientReceiver);
        await Task.WhenAll(starting, connecting);
        return new TransportPair(await connecting, await starting, clientReceiver, serverReceiver);
    }

    /// <summary>One side; a client accepts every host key.</summary>
    public static Task<SshTransport> StartAsync(IDuplexPipe pipe, TransportRole role, TransportOptions options, RecordingReceiver receiver) => SshTransport.StartAsync(
        pipe,
        role,
        options,
        receiver,
        receiver,
        (_, _) => default,
        SystemRandom.Shared,
        TimeProvider.System,
        new Tracer(TimeProvider.System),
        CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
    }
}

/// <summary>Keeps what arrives.</summary>
internal sealed class RecordingReceiver : IMessageReceiver
{
    private readonly BlockingCollection<byte[]> _messages = [];

    public TaskCompletionSource<SshException> Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Receive(MessageNumber number, ReadOnlySpan<byte> payload) => _messages.Add(payload.ToArray());

    public void TransportClosed(SshException reason) => Closed.TrySetResult(reason);

    /// <summary>The next payload; fails after ten seconds without one.</summary>
    public byte[] Next() => _messages.TryTake(out byte[]? payload, TimeSpan.FromSeconds(10)) ? payload : throw new TimeoutException("no message came");
}
