namespace LucidSsh.Tests.Harness;

/// <summary>Dante's SOCKS server on a loopback port, from this machine to this machine alone.</summary>
internal sealed class SocksServer : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory;
    private readonly ChildProcess _process;

    private SocksServer(TemporaryDirectory directory, ChildProcess process, int port) => (_directory, _process, Port) = (directory, process, port);

    public int Port { get; }

    public string Log => _process.Log;

    /// <summary>Starts a server.</summary>
    /// <param name="method">How clients prove themselves: <c>none</c>, or <c>username</c> for the accounts of the system.</param>
    /// <param name="rules">Rules that come before the one that lets everything pass.</param>
    public static async Task<SocksServer> StartAsync(string method = "none", string rules = "")
    {
        TemporaryDirectory directory = new();
        int port = LoopbackPort.Free();
        await File.WriteAllTextAsync(directory["danted.conf"], $$"""
            logoutput: stderr
            internal: 127.0.0.1 port = {{port}}
            external.protocol: ipv4
            external: lo
            clientmethod: none
            socksmethod: {{method}}
            user.privileged: root
            user.unprivileged: nobody
            client pass { from: 127.0.0.0/8 to: 127.0.0.0/8 }
            {{rules}}
            socks pass { from: 127.0.0.0/8 to: 127.0.0.0/8 command: connect }
            """);
        ChildProcess process = ChildProcess.Start("danted", ["-f", directory["danted.conf"], "-p", directory["pid"]]);
        await LoopbackPort.WaitUntilOpenAsync(port, () => process.Log);
        return new SocksServer(directory, process, port);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _directory.Dispose();
    }
}
