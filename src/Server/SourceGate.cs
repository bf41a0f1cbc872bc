using System.Net;
using LucidSsh.Auth;

namespace LucidSsh.Server;

/// <summary>How a connection that is not logged in came to its end.</summary>
internal enum LoginFailing
{
    /// <summary>The server ended it; it is nobody's fault.</summary>
    None,

    /// <summary>The client left without an attempt.</summary>
    NoAttempt,

    /// <summary>Its attempts were refused.</summary>
    Refused,

    /// <summary>It used up its time.</summary>
    TimedOut,

    /// <summary>It broke the protocol.</summary>
    Misbehaved,
}

/// <summary>Why a connection is turned away before a word is exchanged.</summary>
internal enum TurnedAway
{
    /// <summary>It is not.</summary>
    No,

    /// <summary>Too many connections in all.</summary>
    ServerFull,

    /// <summary>Too many that are not logged in.</summary>
    TooManyLoggingIn,

    /// <summary>Too many of its place.</summary>
    TooManyFromSource,

    /// <summary>Its place has a penalty.</summary>
    Penalised,
}

/// <summary>Counts connections by the place they come from, and remembers who failed to log in. All its methods are safe on any
/// thread; what it holds is bounded by the connections that are open and by <see cref="SourceLimits.MaximumPenalised"/>.</summary>
internal sealed class SourceGate(SourceLimits limits, int maximumConnections, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SourceKey, Place> _places = [];
    private readonly PenaltyTable _penalties = new(limits, time);
    private int _open;
    private int _loggingIn;

    /// <summary>Lets a connection in, or says why not.</summary>
    public TurnedAway TryEnter(IPAddress? address, out Visit? visit)
    {
        IPAddress from = AddressPatterns.Normalize(address ?? IPAddress.None);
        SourceKey? key = limits.Exempt?.Permits(from) is true ? null : SourceKey.Of(from, limits);
        lock (_gate)
        {
            TurnedAway reason = Judge(key);
            visit = reason == TurnedAway.No ? new Visit(this, key) : null;
            if (visit is not null)
                Count(key, open: 1, loggingIn: 1);
            return reason;
        }
    }

    private TurnedAway Judge(SourceKey? key)
    {
        if (key is { } penalised && _penalties.IsRefused(penalised))
            return TurnedAway.Penalised;
        if (_open >= maximumConnections)
            return TurnedAway.ServerFull;
        if (_loggingIn >= limits.MaximumLoggingIn)
            return TurnedAway.TooManyLoggingIn;
        Place place = key is { } counted ? _places.GetValueOrDefault(counted) : default;
        return place.Open >= limits.MaximumPerSource || place.LoggingIn >= limits.MaximumLoggingInPerSource ? TurnedAway.TooManyFromSource : TurnedAway.No;
    }

    private void Count(SourceKey? key, int open, int loggingIn)
    {
        _open += open;
        _loggingIn += loggingIn;
        if (key is not { } counted)
            return;
        Place place = _places.GetValueOrDefault(counted);
        place = new Place(place.Open + open, place.LoggingIn + loggingIn);
        if (place.Open == 0)
            _places.Remove(counted);
        else
            _places[counted] = place;
    }

    private readonly record struct Place(int Open, int LoggingIn);

    /// <summary>A connection that was let in.</summary>
    public sealed class Visit(SourceGate gate, SourceKey? key)
    {
        private bool _loggedIn;
        private bool _over;

        /// <summary>The connection is logged in.</summary>
        public void LoggedIn()
        {
            lock (gate._gate)
            {
                if (_loggedIn || _over)
                    return;
                _loggedIn = true;
                gate.Count(key, open: 0, loggingIn: -1);
            }
        }

        /// <summary>The connection has ended; counted once.</summary>
        /// <returns>How long its place is turned away from now on; zero where it is not.</returns>
        public TimeSpan Ended(LoginFailing failing)
        {
            lock (gate._gate)
            {
                if (_over)
                    return TimeSpan.Zero;
                _over = true;
                gate.Count(key, open: -1, loggingIn: _loggedIn ? 0 : -1);
                return _loggedIn || key is not { } counted ? TimeSpan.Zero : gate._penalties.Add(counted, failing);
            }
        }
    }
}
