using System.Net;
using System.Net.Sockets;

namespace LucidSsh.Tests.Harness;

/// <summary>A peer on a loopback port that does what a test tells it, once for each connection.</summary>
internal sealed class ScriptedPeer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _conversations = [];
    private readonly Task _accepting;

    /// <param name="script">The conversation; the connection is closed behind it.</param>
    public ScriptedPeer(Func<NetworkStream, CancellationToken, Task> script)
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync(script);
    }

    public int Port { get; }

    /// <summary>Connections that came.</summary>
    public int Count => _conversations.Count;

    /// <summary>Greets, and answers what comes by <paramref name="answer"/>; null says nothing and an empty answer hangs up.</summary>
    public static ScriptedPeer Answering(string greeting, Func<byte[], byte[]?> answer) => new(async (stream, stop) =>
    {
        await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(greeting), stop);
        byte[] buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, stop) is > 0 and int length)
        {
            byte[]? reply = answer(buffer[..length]);
            if (reply is { Length: 0 })
                return;
            if (reply is not null)
                await stream.WriteAsync(reply, stop);
        }
    });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_conversations);
        _stop.Dispose();
    }

    private async Task AcceptAsync(Func<NetworkStream, CancellationToken, Task> script)
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _conversations.Add(ConverseAsync(client, script));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task ConverseAsync(TcpClient client, Func<NetworkStream, CancellationToken, Task> script)
    {
        try
        {
            using (client)
                await script(client.GetStream(), _stop.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
        {
            // The prober hung up, or the test is over.
        }
    }
}
