using LucidSsh.Tests.Harness;

namespace LucidSsh.Tests.Interop;

/// <summary>One OpenSSH server for all tests that need nothing special of it.</summary>
public sealed class OpenSshServer : IAsyncLifetime
{
    internal SshdServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await SshdServer.StartAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();
}
