namespace LucidSsh.Tests.Harness;

/// <summary>Tinyproxy on a loopback port.</summary>
internal sealed class HttpProxyServer : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory;
    private readonly ChildProcess _process;

    private HttpProxyServer(TemporaryDirectory directory, ChildProcess process, int port) => (_directory, _process, Port) = (directory, process, port);

    public int Port { get; }

    public string Log => _process.Log;

    /// <summary>Starts a proxy.</summary>
    /// <param name="configuration">Further lines of tinyproxy.conf.</param>
    public static async Task<HttpProxyServer> StartAsync(string configuration = "")
    {
        TemporaryDirectory directory = new();
        int port = LoopbackPort.Free();
        await File.WriteAllTextAsync(directory["tinyproxy.conf"], $"""
            Port {port}
            Listen 127.0.0.1
            Timeout 600
            LogLevel Info
            MaxClients 50
            Allow 127.0.0.1
            {configuration}
            """);
        ChildProcess process = ChildProcess.Start("tinyproxy", ["-d", "-c", directory["tinyproxy.conf"]]);
        await LoopbackPort.WaitUntilOpenAsync(port, () => process.Log);
        return new HttpProxyServer(directory, process, port);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _directory.Dispose();
    }
}
