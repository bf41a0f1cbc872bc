using System.IO.Pipes;
using System.Net.Sockets;
using LucidSsh.Wire;

namespace LucidSsh.Agent;

/// <summary>Where agents are: a Unix socket's path, or <c>\\.\pipe\NAME</c>.</summary>
internal static class AgentAddress
{
    /// <summary>The environment variable that names the socket.</summary>
    public const string Variable = "SSH_AUTH_SOCK";

    /// <summary>The named pipe of Windows' own OpenSSH agent.</summary>
    public const string OpenSshPipe = PipePrefix + "openssh-ssh-agent";

    private const string PipePrefix = @"\\.\pipe\";

    /// <summary>What SSH_AUTH_SOCK names; without it, on Windows, the pipe of OpenSSH's agent or Pageant's; null where there is none.</summary>
    public static string? Default()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            return named;
        return OperatingSystem.IsWindows() ? AmongPipes(Directory.EnumerateFiles(PipePrefix), Environment.UserName) : null;
    }

    /// <summary>Of the pipes there are, the one of OpenSSH's agent, else the one of this user's Pageant.</summary>
    /// <param name="pipes">All pipes.</param>
    /// <param name="user">The user. Pageant (0.77 and later) listens on pageant.USER.HASH. The hash comes out of a native call; the
    /// pipes' own names tell it as well, and a pipe that another user made under such a name is refused when it is opened.</param>
    public static string? AmongPipes(IEnumerable<string> pipes, string user)
    {
        string? pageant = null;
        foreach (string pipe in pipes)
        {
            if (string.Equals(pipe, OpenSshPipe, StringComparison.OrdinalIgnoreCase))
                return pipe;
            if (IsPageant(pipe) && pipe.StartsWith($"{PipePrefix}pageant.{user}.", StringComparison.OrdinalIgnoreCase))
                pageant ??= pipe;
        }

        return pageant;
    }

    /// <summary>Connects.</summary>
    /// <exception cref="SshException">There is no agent there; the sentence says why.</exception>
    public static Task<Stream> ConnectAsync(string path, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken) =>
        path.StartsWith(PipePrefix, StringComparison.Ordinal)
            ? ConnectPipeAsync(path, timeout, cancellationToken)
            : ConnectSocketAsync(path, timeout, time, cancellationToken);

    /// <summary>The bare name of a named pipe's path; null where it is no such path.</summary>
    public static string? PipeName(string path) =>
        path.StartsWith(PipePrefix, StringComparison.Ordinal) && path.Length > PipePrefix.Length ? path[PipePrefix.Length..] : null;

    private static bool IsPageant(string path) => path.StartsWith($"{PipePrefix}pageant.", StringComparison.OrdinalIgnoreCase);

    private static async Task<Stream> ConnectSocketAsync(string path, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        UnixDomainSocketEndPoint endPoint = EndPoint(path);
        using CancellationTokenSource deadline = new(timeout, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(endPoint, either.Token).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception exception)
        {
            socket.Dispose();
            throw exception switch
            {
                SocketException failure => AgentFault.Unreachable(path, failure),
                OperationCanceledException when !cancellationToken.IsCancellationRequested => AgentFault.Silent($" at {path}", timeout, "to connect"),
                _ => exception,
            };
        }
    }

    /// <summary>A Unix socket's address.</summary>
    /// <exception cref="LocalMisuseException">The path is empty or longer than such addresses may be (about 100 bytes).</exception>
    public static UnixDomainSocketEndPoint EndPoint(string path)
    {
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentException failure)
        {
            throw AgentFault.NoPath(path, path.Length == 0 ? "it is empty" : failure is ArgumentOutOfRangeException ? "it is longer than a socket's address may be" : failure.Message);
        }
    }

    private static async Task<Stream> ConnectPipeAsync(string path, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // Only Pageant runs as the user; Windows' OpenSSH agent is a service of the system.
        PipeOptions options = PipeOptions.Asynchronous | (IsPageant(path) ? PipeOptions.CurrentUserOnly : PipeOptions.None);
        NamedPipeClientStream pipe = new(".", PipeName(path) ?? throw AgentFault.NoPath(path, "the pipe's name is missing"), PipeDirection.InOut, options);
        try
        {
            await pipe.ConnectAsync((int)timeout.TotalMilliseconds, cancellationToken).ConfigureAwait(false);
            return pipe;
        }
        catch (Exception exception)
        {
            await pipe.DisposeAsync().ConfigureAwait(false);
            throw exception is TimeoutException or UnauthorizedAccessException or IOException ? AgentFault.PipeUnreachable(path, exception) : exception;
        }
    }
}
