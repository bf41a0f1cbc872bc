using System.Diagnostics;
using System.IO.Pipelines;
using LucidSsh.Connection;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>A command, shell or subsystem that runs on the server, with its three standard streams as pipes. Standard output and
/// standard error share one channel window: read both, or complete the reader of the one you do not want.</summary>
public sealed class RemoteProcess : IAsyncDisposable
{
    // How long a disposed process may take to acknowledge the end of its channel.
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly Channel _channel;
    private readonly SessionExit _exit;
    private readonly TimeProvider _time;

    internal RemoteProcess(Channel channel, SessionExit exit, TimeProvider time) => (_channel, _exit, _time) = (channel, exit, time);

    /// <summary>Standard input. Completing it sends end of file; the process may go on.</summary>
    public PipeWriter StandardInput => _channel.Output;

    /// <summary>Standard output, until the process closes it.</summary>
    public PipeReader StandardOutput => _channel.Input;

    /// <summary>Standard error, until the process closes it.</summary>
    public PipeReader StandardError => _channel.ExtendedInput;

    /// <summary>Waits until the process has ended and the server has closed the channel.</summary>
    /// <exception cref="SshException">The connection ended first.</exception>
    public async Task<ExitResult> WaitForExitAsync(CancellationToken cancellationToken = default)
    {
        await _channel.Closed.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_channel.Reason is not null && _exit.Result is null)
            throw _channel.Reason;
        return _exit.Result ?? new ExitResult(null, null);
    }

    /// <summary>Sends a signal (RFC 4254 section 6.9). OpenSSH delivers it to processes without a terminal since version 7.9, and
    /// loses one that comes before the command's process has its group: wait for a first sign of the command where that counts. Other
    /// servers may ignore it, and none answers.</summary>
    /// <param name="signal">The name without SIG: <c>TERM</c>, <c>INT</c>, <c>KILL</c>, <c>HUP</c>…</param>
    /// <exception cref="SshException">The process or the connection has ended.</exception>
    public void SendSignal(string signal) => _channel.Notify(new SignalRequest(signal));

    /// <summary>Tells the process's terminal its new size.</summary>
    /// <exception cref="SshException">The process or the connection has ended.</exception>
    public void ResizeTerminal(int columns, int rows) => _channel.Notify(new WindowChangeRequest((uint)columns, (uint)rows, 0, 0));

    /// <summary>Closes the channel and waits, five seconds at most, until the server has too. A process that still runs sees its
    /// streams close; what the server does to it then is the server's affair.</summary>
    public async ValueTask DisposeAsync()
    {
        _channel.SendClose();
        await _channel.Input.CompleteAsync().ConfigureAwait(false);
        await _channel.ExtendedInput.CompleteAsync().ConfigureAwait(false);
        try
        {
            await _channel.Closed.WaitAsync(CloseTimeout, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The number stays taken until the server answers; nobody waits for it any more.
        }
    }
}

/// <summary>What the server says about the end of a session's program (RFC 4254 section 6.10).</summary>
internal sealed class SessionExit(Activity? span) : IChannelHandler
{
    /// <summary>How it ended; null until the server has said so.</summary>
    public ExitResult? Result { get; private set; }

    public bool OnRequest(Channel channel, string requestType, ReadOnlySpan<byte> data)
    {
        switch (requestType)
        {
            case "exit-status":
                Result = new ExitResult(unchecked((int)RequestBody.Decode<ExitStatusRequest>(data).ExitStatus), null);
                return true;
            case "exit-signal":
                ExitSignalRequest signal = RequestBody.Decode<ExitSignalRequest>(data);
                Result = new ExitResult(null, signal.SignalName, signal.ErrorMessage, signal.CoreDumped);
                return true;
            default:
                // eow@openssh.com among others: the peer reads no more; sending on costs nothing but time.
                return false;
        }
    }

    public void OnClosed(Channel channel, SshException? reason) => span.End(Result, reason);
}
