using System.IO.Pipes;
using System.Net.Sockets;
using LucidSsh.Wire;

namespace LucidSsh.Agent;

/// <summary>Where an agent can be reached: clients that connect are served until it is disposed of.</summary>
public sealed class AgentListener : IAsyncDisposable
{
    private readonly Func<Stream, CancellationToken, Task> _serve;
    private readonly CancellationTokenSource _stop = new();
    private readonly Action _remove;
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _served = [];
    private Task _accepting = Task.CompletedTask;

    private AgentListener(string path, Func<Stream, CancellationToken, Task> serve, Action remove) => (Path, _serve, _remove) = (path, serve, remove);

    /// <summary>What clients connect to, and SSH_AUTH_SOCK should name.</summary>
    public string Path { get; }

    internal static AgentListener OnPrivateSocket(AgentServer agent) => OnPrivateSocket(Serve(agent));

    /// <summary>A Unix socket in a new private directory, whatever is behind it.</summary>
    internal static AgentListener OnPrivateSocket(Func<Stream, CancellationToken, Task> serve)
    {
        string directory = Directory.CreateTempSubdirectory("lucid-agent-").FullName; // mode 0700
        try
        {
            return OnSocket(System.IO.Path.Combine(directory, $"agent.{Environment.ProcessId}"), serve, () => Directory.Delete(directory, recursive: true));
        }
        catch
        {
            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    internal static AgentListener On(AgentServer agent, string path)
    {
        if (AgentAddress.PipeName(path) is { } name)
            return OnPipe(path, name, Serve(agent));
        if (File.Exists(path))
            throw Unusable(path, "there is something already", "Remove what an earlier agent has left behind, or take another path.");

        // Bound where nobody else can reach it, closed to others, and only then given its name.
        string directory = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!, $".lucid-{Guid.NewGuid():n}");
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(directory);
            else
                Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Socket socket = Bind(System.IO.Path.Combine(directory, "s"));
            File.Move(System.IO.Path.Combine(directory, "s"), path);
            return Start(new AgentListener(path, Serve(agent), () => File.Delete(path)), socket);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, exception.Message.TrimEnd('.'), null, exception);
        }
        finally
        {
            if (Directory.Exists(directory))
                Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Stops listening, ends the connections, removes the socket.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        Task[] served;
        lock (_gate)
            served = [.. _served];
        await Task.WhenAll(served).ConfigureAwait(false);
        try
        {
            _remove();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Somebody else has removed it.
        }

        _stop.Dispose();
    }

    private static Func<Stream, CancellationToken, Task> Serve(AgentServer agent) =>
        (stream, cancellationToken) => agent.ServeAsync(new AgentPipe(stream), cancellationToken);

    private static AgentListener OnSocket(string path, Func<Stream, CancellationToken, Task> serve, Action remove)
    {
        try
        {
            return Start(new AgentListener(path, serve, remove), Bind(path));
        }
        catch (UnauthorizedAccessException exception)
        {
            throw Unusable(path, exception.Message.TrimEnd('.'), null, exception);
        }
    }

    private static Socket Bind(string path)
    {
        const int Backlog = 64;
        UnixDomainSocketEndPoint endPoint = AgentAddress.EndPoint(path);
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(endPoint);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(Backlog);
            return socket;
        }
        catch (Exception exception)
        {
            socket.Dispose();
            throw exception is SocketException ? Unusable(path, exception.Message.TrimEnd('.'), null, exception) : exception;
        }
    }

    private static AgentListener Start(AgentListener listener, Socket socket)
    {
        listener._accepting = Task.Run(() => listener.AcceptAsync(socket));
        return listener;
    }

    private async Task AcceptAsync(Socket socket)
    {
        using (socket)
        {
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    Serve(new NetworkStream(await socket.AcceptAsync(_stop.Token).ConfigureAwait(false), ownsSocket: true));
                }
                catch (OperationCanceledException)
                {
                    return;
                }
                catch (SocketException)
                {
                    // A client that was gone before it was accepted.
                }
            }
        }
    }

    private static AgentListener OnPipe(string path, string name, Func<Stream, CancellationToken, Task> serve)
    {
        AgentListener listener = new(path, serve, () => { });
        NamedPipeServerStream first = Open();
        listener._accepting = Task.Run(() => listener.AcceptAsync(first, Open));
        return listener;

        NamedPipeServerStream Open()
        {
            try
            {
                return new NamedPipeServerStream(
                    name, PipeDirection.InOut, NamedPipeServerStream.MaxAllowedServerInstances, PipeTransmissionMode.Byte, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw Unusable(path, exception.Message.TrimEnd('.'), null, exception);
            }
        }
    }

    private async Task AcceptAsync(NamedPipeServerStream pipe, Func<NamedPipeServerStream> next)
    {
        while (true)
        {
            try
            {
                await pipe.WaitForConnectionAsync(_stop.Token).ConfigureAwait(false);
                Serve(pipe);
                pipe = next();
            }
            catch (OperationCanceledException)
            {
                await pipe.DisposeAsync().ConfigureAwait(false);
                return;
            }
            catch (IOException)
            {
                await pipe.DisposeAsync().ConfigureAwait(false); // a client that was gone at once
                pipe = next();
            }
        }
    }

    private void Serve(Stream stream)
    {
        Task served = _serve(stream, _stop.Token);
        lock (_gate)
            _served.Add(served);
        _ = served.ContinueWith(
            done =>
            {
                lock (_gate)
                    _served.Remove(done);
            },
            CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private static LocalMisuseException Unusable(string path, string why, string? remedy = null, Exception? inner = null) =>
        new(SshErrorCode.AgentUnavailable, $"The agent cannot listen on {path}: {why}.", remedy, inner);
}
