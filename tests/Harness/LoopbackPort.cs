using System.Net;
using System.Net.Sockets;

namespace LucidSsh.Tests.Harness;

/// <summary>Finds loopback ports for programs that cannot choose one by themselves.</summary>
internal static class LoopbackPort
{
    /// <summary>A port that is free now.</summary>
    public static int Free()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Waits until something listens.</summary>
    public static async Task WaitUntilOpenAsync(int port, Func<string> log)
    {
        for (int attempt = 0; attempt < 200; attempt++)
        {
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50);
            }
        }

        throw new TimeoutException($"Nothing listens on port {port} after 10 s. Its log: {log()}");
    }
}
