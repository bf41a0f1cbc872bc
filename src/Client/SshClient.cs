using System.Diagnostics;
using System.IO.Pipelines;
using LucidSsh.Connection;
using LucidSsh.Crypto;
using LucidSsh.Sftp;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>A connection to an SSH server, logged in: run commands, open SFTP. Any number of commands and SFTP sessions may be used
/// at once, from any thread.</summary>
public sealed class SshClient : IAsyncDisposable
{
    private readonly SshTransport _transport;
    private readonly ConnectionLayer _connection;
    private readonly HostKeyLearner _hostKeys;
    private readonly SshClientOptions _options;
    private readonly IDuplexPipe _pipe;

    internal SshClient(SshTransport transport, ConnectionLayer connection, HostKeyLearner hostKeys, SshClientOptions options, IDuplexPipe pipe, LoginReport login)
    {
        (_transport, _connection, _hostKeys, _options, _pipe, Login) = (transport, connection, hostKeys, options, pipe, login);
    }

    /// <summary>The agent that is forwarded, or null.</summary>
    internal ForwardedAgent? ForwardedAgent { get; set; }

    /// <summary>How the two sides agreed.</summary>
    public NegotiationReport Negotiation => _transport.Negotiation;

    /// <summary>How the login went: what was tried, what the server said.</summary>
    public LoginReport Login { get; }

    /// <summary>The server's host key; of a certificate the key it certifies.</summary>
    public PublicKey HostKey => _transport.ServerHostKey!.Key;

    /// <summary>The certificate the server's host key was shown in; null where it was shown plain. The host key policy decided whether it,
    /// or the key in it, is to be trusted.</summary>
    public Certificate? HostCertificate => _transport.ServerHostKey!.Certificate;

    /// <summary>Completes, never fails, when the connection has ended, with the reason.</summary>
    public Task<SshException> Ended => _transport.Ended;

    /// <summary>The last packets and events of this connection, oldest first.</summary>
    public IReadOnlyList<string> RecentEvents => _transport.Tracer.Recent();

    /// <summary>Connects and logs in.</summary>
    /// <param name="target"><c>[user@]host[:port]</c>.</param>
    /// <param name="options">Credentials, host key policy, limits.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SshException">What failed, who has to change something, and what to do.</exception>
    public static Task<SshClient> ConnectAsync(string target, SshClientOptions options, CancellationToken cancellationToken = default) =>
        ConnectAsync(SshTarget.Parse(target), options, cancellationToken);

    /// <inheritdoc cref="ConnectAsync(string, SshClientOptions, CancellationToken)"/>
    public static async Task<SshClient> ConnectAsync(SshTarget target, SshClientOptions options, CancellationToken cancellationToken = default)
    {
        using Activity? activity = Telemetry.Start("ssh.connect", target.Host, target.Port);
        try
        {
            return await LogInAsync(await ClientHandshake.RunAsync(target, options, cancellationToken).ConfigureAwait(false), target, options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            activity.Failed(exception);
            throw;
        }
    }

    /// <summary>Speaks SSH over a pipe that is connected already: another channel, a proxy, a test.</summary>
    /// <param name="pipe">The bytes; where it is disposable, the client disposes it.</param>
    /// <param name="target">Whom the pipe leads to: for the host key policy and the login.</param>
    /// <param name="options">Credentials, host key policy, limits; its proxy is not asked, for the way is there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SshException">What failed, who has to change something, and what to do.</exception>
    public static async Task<SshClient> ConnectAsync(
        IDuplexPipe pipe, SshTarget target, SshClientOptions options, CancellationToken cancellationToken = default)
    {
        using Activity? activity = Telemetry.Start("ssh.connect", target.Host, target.Port);
        try
        {
            return await LogInAsync(await ClientHandshake.RunAsync(pipe, target, options, cancellationToken).ConfigureAwait(false), target, options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            activity.Failed(exception);
            throw;
        }
    }

    private static async Task<SshClient> LogInAsync(ClientHandshake handshake, SshTarget target, SshClientOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await handshake.LogInAsync(target.User ?? Environment.UserName, options.Credentials, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await handshake.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs a command and collects what it writes.</summary>
    /// <param name="command">The command line, as the server's shell reads it.</param>
    /// <param name="cancellationToken">Closes the command's channel and gives up.</param>
    /// <exception cref="SshException">The command could not be started, or the connection ended.</exception>
    public Task<CommandResult> ExecuteAsync(string command, CancellationToken cancellationToken = default) =>
        ExecuteAsync(command, new CommandOptions(), cancellationToken);

    /// <summary>Runs a command, feeds it, and collects what it writes.</summary>
    /// <param name="command">The command line, as the server's shell reads it.</param>
    /// <param name="options">Input, environment, the limit of what is collected.</param>
    /// <param name="cancellationToken">Closes the command's channel and gives up.</param>
    /// <exception cref="SshException">The command could not be started, wrote more than the limit, or the connection ended.</exception>
    public async Task<CommandResult> ExecuteAsync(string command, CommandOptions options, CancellationToken cancellationToken = default)
    {
        RemoteProcess process = await StartAsync(command, options, cancellationToken).ConfigureAwait(false);
        await using (process.ConfigureAwait(false))
        {
            OutputCollector collector = new(options.OutputLimit);
            using CancellationTokenSource stopFeeding = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task feeding = CommandInput.FeedAsync(process.StandardInput, options.Input, stopFeeding.Token);
            Task<byte[]> output = collector.CollectAsync(process.StandardOutput, cancellationToken);
            Task<byte[]> error = collector.CollectAsync(process.StandardError, cancellationToken);
            await Task.WhenAny(Task.WhenAll(output, error), collector.LimitReached).ConfigureAwait(false);
            if (collector.LimitReached.IsCompleted)
                throw Failed(new LocalMisuseException(SshErrorCode.OutputLimitExceeded, $"The command wrote more than {options.OutputLimit} bytes.", "Raise CommandOptions.OutputLimit, or use StartAsync and read the streams."));
            byte[] outputBytes = await output.ConfigureAwait(false);
            byte[] errorBytes = await error.ConfigureAwait(false);
            ExitResult exit = await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            await stopFeeding.CancelAsync().ConfigureAwait(false); // a program need not read all of its input
            await feeding.ConfigureAwait(false);
            return new CommandResult(outputBytes, errorBytes, exit);
        }
    }

    /// <summary>Starts a command and returns its streams.</summary>
    /// <param name="command">The command line, as the server's shell reads it.</param>
    /// <param name="options">Environment and terminal.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="SshException">The command could not be started, or the connection ended.</exception>
    public Task<RemoteProcess> StartAsync(string command, CommandOptions? options = null, CancellationToken cancellationToken = default) =>
        StartSessionAsync("ssh.exec", new ExecRequest(command), $"run \"{command}\"", options ?? new CommandOptions(), cancellationToken);

    /// <summary>Starts the user's shell.</summary>
    /// <param name="options">Environment and terminal.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="SshException">The shell could not be started, or the connection ended.</exception>
    public Task<RemoteProcess> StartShellAsync(CommandOptions? options = null, CancellationToken cancellationToken = default) =>
        StartSessionAsync("ssh.shell", default(ShellRequest), "start a shell", options ?? new CommandOptions(), cancellationToken);

    /// <summary>Starts a subsystem (RFC 4254 section 6.5) and returns its streams.</summary>
    /// <param name="name">For example <c>sftp</c>.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="SshException">The server has no such subsystem, or the connection ended.</exception>
    public Task<RemoteProcess> StartSubsystemAsync(string name, CancellationToken cancellationToken = default) =>
        StartSessionAsync("ssh.subsystem", new SubsystemRequest(name), $"start the subsystem \"{name}\"", new CommandOptions(), cancellationToken);

    /// <summary>Opens an SFTP session on a channel of its own.</summary>
    /// <exception cref="SshException">The server has no SFTP, or the connection ended.</exception>
    public Task<SftpClient> OpenSftpAsync(CancellationToken cancellationToken = default) => OpenSftpAsync(new SftpClientOptions(), cancellationToken);

    /// <summary>Opens an SFTP session on a channel of its own.</summary>
    /// <param name="options">Limits of the session.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SshException">The server has no SFTP, or the connection ended.</exception>
    public async Task<SftpClient> OpenSftpAsync(SftpClientOptions options, CancellationToken cancellationToken = default)
    {
        RemoteProcess process = await StartSubsystemAsync("sftp", cancellationToken).ConfigureAwait(false);
        try
        {
            return await SftpClient.StartAsync(new ProcessPipe(process), options, _transport.Tracer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (exception is SshException failure)
                Failed(failure);
            await process.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Lets the server open a TCP connection, and returns it as a pipe (RFC 4254 section 7.2). The name is resolved by the
    /// server. It may lead to another SSH server: <see cref="ConnectAsync(IDuplexPipe, SshTarget, SshClientOptions, CancellationToken)"/>.</summary>
    /// <param name="host">A host name or an address, as the server knows it.</param>
    /// <param name="port">The TCP port, 1 to 65535.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PeerRefusedException">The server may not, or could not; in its own words.</exception>
    /// <exception cref="SshException">It did not answer within <see cref="SshClientOptions.RequestTimeout"/>, or the connection ended.</exception>
    public Task<TcpChannel> OpenTcpAsync(string host, int port, CancellationToken cancellationToken = default) =>
        OpenTcpAsync(host, port, _options.RequestTimeout, cancellationToken);

    /// <summary>The same within a time that is another's.</summary>
    internal async Task<TcpChannel> OpenTcpAsync(string host, int port, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            return await TcpOpening.OpenAsync(_connection, host, port, timeout, _options.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (SshException exception)
        {
            exception.Negotiation ??= Negotiation; // the connection stands, so nobody else tells
            throw Failed(exception);
        }
    }

    /// <summary>Asks the server for a sign of life and returns the time until it came.</summary>
    /// <exception cref="SshException">The connection has ended.</exception>
    public async Task<TimeSpan> PingAsync(CancellationToken cancellationToken = default)
    {
        if (_transport.PeerExtensions.ContainsKey("ping@openssh.com"))
            return await _transport.PingAsync(cancellationToken).ConfigureAwait(false);
        long start = _options.Time.GetTimestamp();
        await _connection.RequestAsync(ConnectionLayer.KeepAliveRequest, default, cancellationToken).ConfigureAwait(false);
        return _options.Time.GetElapsedTime(start);
    }

    /// <summary>Starts a key exchange now; data goes on when it is complete.</summary>
    /// <exception cref="SshException">The connection has ended.</exception>
    public void Rekey() => _transport.Rekey();

    /// <summary>Closes the connection. What still runs on it ends.</summary>
    public async ValueTask DisposeAsync()
    {
        await _hostKeys.DisposeAsync().ConfigureAwait(false);
        await _transport.DisposeAsync().ConfigureAwait(false);
        await _pipe.EndAsync().ConfigureAwait(false);
    }

    private SshException Failed(SshException failure)
    {
        _transport.Tracer.Failed(failure);
        return failure;
    }

    // The span ends with the session's channel.
    private async Task<RemoteProcess> StartSessionAsync<TBody>(string span, TBody start, string what, CommandOptions options, CancellationToken cancellationToken)
        where TBody : IRequestBody<TBody>
    {
        Tracer tracer = _transport.Tracer;
        Activity? activity = Telemetry.Start(span, tracer.ServerAddress, tracer.ServerPort, tracer.ConnectionSpan);
        if (start is SubsystemRequest subsystem)
            activity?.SetTag("ssh.subsystem.name", subsystem.Name);
        try
        {
            return await StartSessionAsync(activity, start, what, options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (exception is SshException failure)
                Failed(failure);
            activity.Failed(exception);
            activity.End(exit: null, reason: null);
            throw;
        }
    }

    private async Task<RemoteProcess> StartSessionAsync<TBody>(
        Activity? span, TBody start, string what, CommandOptions options, CancellationToken cancellationToken)
        where TBody : IRequestBody<TBody>
    {
        using CancellationTokenSource deadline = new(_options.RequestTimeout, _options.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        Channel? channel = null;
        try
        {
            SessionExit exit = new(span);
            channel = await _connection.OpenAsync("session", default, exit, either.Token).ConfigureAwait(false);
            if (ForwardedAgent is not null && options.ForwardAgent && start is not SubsystemRequest)
                await ForwardedAgent.RequestAsync(channel, either.Token).ConfigureAwait(false);
            foreach ((string name, string value) in options.Environment)
                await channel.RequestAsync(new EnvironmentRequest(name, value), either.Token).ConfigureAwait(false);
            if (options.Terminal is { } terminal && !await channel.RequestAsync(TerminalRequest(terminal), either.Token).ConfigureAwait(false))
                throw new PeerRefusedException(SshErrorCode.RequestRefused, "The server refused a terminal.", "It may forbid terminals for this key or user (no-pty, PermitTTY).");
            if (!await channel.RequestAsync(start, either.Token).ConfigureAwait(false))
                throw new PeerRefusedException(SshErrorCode.RequestRefused, $"The server refused to {what}.", RefusalRemedy(start));
            return new RemoteProcess(channel, exit, _options.Time);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            channel?.SendClose();
            throw new TransportLostException(SshErrorCode.TimedOut, $"The server did not answer within {_options.RequestTimeout.TotalSeconds:0.#} seconds when asked to {what}.", "It is overloaded, or the way to it is cut; RequestTimeout is the limit.");
        }
        catch (Exception exception)
        {
            if (exception is SshException failure)
                failure.Negotiation ??= Negotiation; // the connection stands, so nobody else tells
            channel?.SendClose();
            throw;
        }
    }

    private static PseudoTerminalRequest TerminalRequest(TerminalOptions terminal) =>
        new(terminal.Term, (uint)terminal.Columns, (uint)terminal.Rows, 0, 0, [0]);

    private static string RefusalRemedy<TBody>(TBody start) => start is SubsystemRequest
        ? "Its configuration has no such subsystem (OpenSSH: a Subsystem line in sshd_config)."
        : "It may allow only another command or SFTP for this user (ForceCommand, command= in authorized_keys).";
}
