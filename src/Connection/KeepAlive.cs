using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Connection;

/// <summary>Tells a silent peer from a dead one: when nothing has arrived for an interval, it asks for a reply that every
/// implementation gives, if only a refusal. A command may be silent for ever; a connection that leaves the questions unanswered
/// is closed.</summary>
internal sealed class KeepAlive : IDisposable
{
    private readonly ITransport _transport;
    private readonly ConnectionOptions _options;
    private readonly Action _ask;
    private readonly ITimer? _timer;
    private long _lastReceived;
    private int _unanswered;

    /// <summary>Starts watching.</summary>
    /// <param name="transport">The connection.</param>
    /// <param name="options">Interval and count.</param>
    /// <param name="ask">Sends a question; its answer reaches <see cref="Received"/> like every message.</param>
    public KeepAlive(ITransport transport, ConnectionOptions options, Action ask)
    {
        (_transport, _options, _ask) = (transport, options, ask);
        _lastReceived = transport.Time.GetTimestamp();
        if (options.KeepAliveInterval > TimeSpan.Zero)
            _timer = transport.Time.CreateTimer(_ => OnTimer(), null, options.KeepAliveInterval, options.KeepAliveInterval);
    }

    /// <summary>Something has arrived.</summary>
    public void Received()
    {
        Volatile.Write(ref _lastReceived, _transport.Time.GetTimestamp());
        Volatile.Write(ref _unanswered, 0);
    }

    /// <inheritdoc />
    public void Dispose() => _timer?.Dispose();

    private void OnTimer()
    {
        TimeSpan silent = _transport.Time.GetElapsedTime(Volatile.Read(ref _lastReceived));
        // Timers are a little early at times: a question is due when most of the interval was silent.
        if (silent < 0.9 * _options.KeepAliveInterval)
            return;
        if (Volatile.Read(ref _unanswered) >= _options.KeepAliveCount)
        {
            _transport.Close(new TransportLostException(
                SshErrorCode.KeepAliveLost,
                $"The peer has been silent for {silent.TotalSeconds:0.#} seconds and left {_options.KeepAliveCount} keepalive requests unanswered.",
                "Its host is down, or the way to it is cut (a firewall or NAT that forgot the connection): connect again."));
            return;
        }

        try
        {
            _transport.Tracer.Emit(new KeepAliveSent(Interlocked.Increment(ref _unanswered)));
            _ask();
        }
        catch (SshException)
        {
            // The connection has ended in the meantime.
        }
    }
}
