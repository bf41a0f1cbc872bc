using System.IO.Pipelines;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>Another SSH server that opens TCP to the target.</summary>
internal sealed class JumpProxy : Proxy
{
    private readonly SshTarget _host;
    private readonly SshClientOptions _options;

    public JumpProxy(SshTarget host, SshClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(options);
        (_host, _options) = (host, options);
    }

    /// <summary>What a sentence calls a jump host.</summary>
    public static string NameOf(SshTarget host) => $"jump host {HostAddress.WithPort(host.Host, host.Port)}";

    public override string ToString() => NameOf(_host);

    internal override string Way => _options.Proxy is { } before ? $"{before.Way} and {this}" : ToString();

    internal override async Task<IDuplexPipe> ConnectAsync(SshTarget target, SshClientOptions options, Tracer tracer, CancellationToken cancellationToken)
    {
        SshClient? client = null;
        try
        {
            client = await SshClient.ConnectAsync(_host, _options, cancellationToken).ConfigureAwait(false);
            TcpChannel channel = await client.OpenTcpAsync(target.Host, target.Port, options.ConnectTimeout, cancellationToken).ConfigureAwait(false);
            SshClient jump = client;
            return new TunnelPipe(channel, exception => Explain(jump, target, exception), () => EndAsync(channel, jump));
        }
        catch (Exception exception)
        {
            if (client is not null)
                await client.DisposeAsync().ConfigureAwait(false);
            if (exception is SshException failure)
            {
                failure.FailedHop = ToString();
                failure.Way = client is null ? null : _options.Proxy?.Way;
                tracer.Failed(failure);
            }

            throw;
        }
    }

    // The channel ends with the jump host's connection, or because what is behind it closed; the latter the connection inside tells best.
    private async ValueTask<SshException?> Explain(SshClient jump, SshTarget target, Exception? exception)
    {
        if (exception is null && !jump.Ended.IsCompleted)
            return null;
        SshException reason = exception as SshException ?? await jump.Ended.ConfigureAwait(false);
        return new TransportLostException(
            SshErrorCode.ConnectionLost,
            $"The connection to {HostAddress.WithPort(target.Host, target.Port)} ended with that of {this}, through which it ran: {reason.Sentence}",
            reason.Remedy,
            reason);
    }

    private static async ValueTask EndAsync(TcpChannel channel, SshClient jump)
    {
        channel.Dispose();
        await jump.DisposeAsync().ConfigureAwait(false);
    }
}
