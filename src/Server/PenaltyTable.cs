namespace LucidSsh.Server;

/// <summary>Places whose clients failed to log in, each with the time until which that counts. A penalty grows by every failure and shrinks
/// by the time that passes; from <see cref="SourceLimits.MinimumPenalty"/> on it turns its place away until it is over. Not safe for
/// several threads.</summary>
internal sealed class PenaltyTable(SourceLimits limits, TimeProvider time)
{
    private readonly Dictionary<SourceKey, Penalty> _penalties = [];
    private readonly SortedSet<(DateTimeOffset Until, UInt128 Network)> _byEnd = [];

    /// <summary>Places with a penalty that is not over.</summary>
    public int Count => _penalties.Count;

    /// <summary>True while a place is turned away.</summary>
    public bool IsRefused(SourceKey key) =>
        _penalties.TryGetValue(key, out Penalty penalty) && penalty.IsActive && penalty.Until > time.GetUtcNow();

    /// <summary>Adds what a failure costs.</summary>
    /// <returns>How long the place is turned away from now on; zero where it is not.</returns>
    public TimeSpan Add(SourceKey key, LoginFailing failing)
    {
        TimeSpan cost = CostOf(failing);
        if (cost <= TimeSpan.Zero || limits.MaximumPenalised <= 0)
            return TimeSpan.Zero;
        DateTimeOffset now = time.GetUtcNow();
        Forget(now);
        Penalty before = _penalties.GetValueOrDefault(key);
        TimeSpan left = before.Until > now ? before.Until - now : TimeSpan.Zero;
        TimeSpan grown = left + cost < limits.MaximumPenalty ? left + cost : limits.MaximumPenalty;
        bool isActive = before.IsActive || grown >= limits.MinimumPenalty;
        Remove(key);
        if (_penalties.Count >= limits.MaximumPenalised)
            Remove(new SourceKey(_byEnd.Min.Network));
        _penalties[key] = new Penalty(now + grown, isActive);
        _byEnd.Add((now + grown, key.Network));
        return isActive ? grown : TimeSpan.Zero;
    }

    private TimeSpan CostOf(LoginFailing failing) => failing switch
    {
        LoginFailing.Refused => limits.RefusedLoginPenalty,
        LoginFailing.TimedOut => limits.TimedOutPenalty,
        LoginFailing.Misbehaved => limits.MisbehaviourPenalty,
        LoginFailing.NoAttempt => limits.NoLoginPenalty,
        _ => TimeSpan.Zero,
    };

    private void Forget(DateTimeOffset now)
    {
        while (_byEnd.Count > 0 && _byEnd.Min.Until <= now)
            Remove(new SourceKey(_byEnd.Min.Network));
    }

    private void Remove(SourceKey key)
    {
        if (_penalties.Remove(key, out Penalty penalty))
            _byEnd.Remove((penalty.Until, key.Network));
    }

    private readonly record struct Penalty(DateTimeOffset Until, bool IsActive);
}
