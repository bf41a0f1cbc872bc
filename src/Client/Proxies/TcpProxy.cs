using System.Buffers;
using System.IO.Pipelines;
using LucidSsh.Auth;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>A proxy on a TCP port of its own that is told the target before the bytes pass.</summary>
internal abstract class TcpProxy(SshTarget address, PasswordCredential? password) : Proxy
{
    /// <summary>What it is called: <c>SOCKS5</c>.</summary>
    protected abstract string Protocol { get; }

    /// <summary>Where it is, and as whom it is spoken to.</summary>
    protected SshTarget Address { get; } = address;

    /// <summary>What proves the user; null where nothing does.</summary>
    protected PasswordCredential? Password { get; } = password;

    public override string ToString() => $"{Protocol} proxy {HostAddress.WithPort(Address.Host, Address.Port)}";

    internal override async Task<IDuplexPipe> ConnectAsync(SshTarget target, SshClientOptions options, Tracer tracer, CancellationToken cancellationToken)
    {
        if (!HostAddress.IsValid(target.Host))
            throw new LocalMisuseException(SshErrorCode.Misuse, $"\"{TerminalText.OneLine(target.Host)}\" is no host name that could be handed to a proxy.");
        using CancellationTokenSource deadline = new(options.ConnectTimeout, options.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        SocketPipe? pipe = null;
        try
        {
            pipe = await ClientTelemetry.ConnectAsync(Address, options, tracer, either.Token).ConfigureAwait(false);
            await NegotiateAsync(pipe, target, either.Token).ConfigureAwait(false);
            return pipe;
        }
        catch (Exception exception)
        {
            pipe?.Dispose();
            SshException? failure = exception switch
            {
                SshException known => known,
                OperationCanceledException when !cancellationToken.IsCancellationRequested => TimedOut(target, options.ConnectTimeout),
                IOException or InvalidOperationException => Broke(target, exception),
                _ => null,
            };
            if (failure is null)
                throw;
            failure.FailedHop = ToString();
            tracer.Failed(failure);
            throw ReferenceEquals(failure, exception) ? Rethrown(exception) : failure;
        }
    }

    /// <summary>Tells the proxy where to connect; afterwards the pipe leads there.</summary>
    protected abstract Task NegotiateAsync(IDuplexPipe pipe, SshTarget target, CancellationToken cancellationToken);

    /// <summary>It understood and said no.</summary>
    protected static PeerRefusedException Refused(string sentence, string remedy) => new(SshErrorCode.ProxyRefused, sentence, remedy);

    /// <summary>It is no proxy of this kind, or a broken one.</summary>
    protected PeerMisbehavedException Misbehaved(string sentence) =>
        new(SshErrorCode.ProxyMisbehaved, sentence, $"Check that a {Protocol} proxy listens there, and not a proxy of another kind or a server.");

    /// <summary>Reads exactly so many bytes; what follows them stays in the pipe.</summary>
    /// <exception cref="SshException">The proxy closed first.</exception>
    protected static async Task<byte[]> ReadAsync(PipeReader input, int count, CancellationToken cancellationToken)
    {
        ReadResult read = await input.ReadAtLeastAsync(count, cancellationToken).ConfigureAwait(false);
        if (read.Buffer.Length < count)
        {
            string seen = read.Buffer.IsEmpty ? "without an answer" : $"after {read.Buffer.Length} of {count} bytes of its answer";
            input.AdvanceTo(read.Buffer.End);
            throw new TransportLostException(
                SshErrorCode.ConnectionLost, $"The proxy closed the connection {seen}.", "Its log says why: it may not let this address in, or speak another protocol.");
        }

        byte[] bytes = read.Buffer.Slice(0, count).ToArray();
        input.AdvanceTo(read.Buffer.GetPosition(count));
        return bytes;
    }

    private static TransportLostException TimedOut(SshTarget target, TimeSpan timeout) => new(
        SshErrorCode.TimedOut,
        $"The way to {HostAddress.WithPort(target.Host, target.Port)} was not open after {timeout.TotalSeconds:0.#} seconds: the proxy did not complete its answer.",
        "It may wait for the target, which is down or behind a firewall, or be of another kind; ConnectTimeout is the limit.");

    private static TransportLostException Broke(SshTarget target, Exception exception) => new(
        SshErrorCode.ConnectionLost,
        $"The connection broke before the way to {HostAddress.WithPort(target.Host, target.Port)} was open: {exception.Message.TrimEnd('.')}.",
        "The proxy's log says why.",
        exception);

    // Keeps the stack where the failure arose.
    private static Exception Rethrown(Exception exception)
    {
        System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(exception);
        return exception;
    }
}
