using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LucidSsh.Tests.Symptoms;

/// <summary>A peer on a loopback port that plays one part to everybody who connects.</summary>
internal sealed class LoopbackScript : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _sockets = [];

    private LoopbackScript(Func<Socket, Task> part)
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync(part);
    }

    public int Port { get; }

    /// <summary>Says nothing and listens.</summary>
    public static LoopbackScript Silent() => new(_ => Task.CompletedTask);

    /// <summary>Greets and waits.</summary>
    public static LoopbackScript Greeting(string greeting) => new(async socket => await socket.SendAsync(Encoding.Latin1.GetBytes(greeting)));

    /// <summary>Reads what the client says first, says <paramref name="last"/> and closes.</summary>
    public static LoopbackScript Closing(string last = "") => new(async socket =>
    {
        await socket.ReceiveAsync(new byte[512]); // data left unread would turn the close into a reset
        await socket.SendAsync(Encoding.Latin1.GetBytes(last));
        socket.Close();
    });

    /// <summary>Throws the connection away.</summary>
    public static LoopbackScript Resetting() => new(async socket =>
    {
        await socket.ReceiveAsync(new byte[512]);
        socket.Close(0);
    });

    /// <summary>Passes bytes both ways to another port.</summary>
    /// <param name="port">The other port on this host.</param>
    /// <param name="before">What the client gets to see first.</param>
    public static Relay Relay(int port, string before = "") => new(port, before);

    public void Dispose()
    {
        _listener.Stop();
        lock (_sockets)
            _sockets.ForEach(socket => socket.Dispose());
    }

    private async Task AcceptAsync(Func<Socket, Task> part)
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync();
                lock (_sockets)
                    _sockets.Add(socket);
                await part(socket);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }
}

/// <summary>A network in which things happen: one connection to a server that can be frozen, closed or reset.</summary>
internal sealed class Relay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _port;
    private readonly string _before;
    private Socket? _client;
    private Socket? _server;
    private volatile bool _frozen;

    public Relay(int port, string before)
    {
        (_port, _before) = (port, before);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = RunAsync();
    }

    public int Port { get; }

    /// <summary>From now on nothing passes any more, without a word.</summary>
    public void Freeze() => _frozen = true;

    /// <summary>The client sees the end of the stream.</summary>
    public void Close() => _client!.Shutdown(SocketShutdown.Send);

    /// <summary>The client sees a reset.</summary>
    public void Reset() => _client!.Close(0);

    public void Dispose()
    {
        _listener.Stop();
        _client?.Dispose();
        _server?.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            _client = await _listener.AcceptSocketAsync();
            _server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await _server.ConnectAsync(IPAddress.Loopback, _port);
            await _client.SendAsync(Encoding.Latin1.GetBytes(_before));
            await Task.WhenAll(PumpAsync(_client, _server), PumpAsync(_server, _client));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Something happened, or the test is over.
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[64 * 1024];
        while (await from.ReceiveAsync(buffer) is > 0 and int count)
        {
            if (!_frozen)
                await to.SendAsync(buffer.AsMemory(0, count));
        }
    }
}
