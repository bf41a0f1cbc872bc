using System.Security.Cryptography;
using LucidSsh.Crypto;

namespace LucidSsh.Agent;

/// <summary>Whether an agent is locked. Of the passphrase only a slow hash stays; trying is made slow, for all connections
/// together.</summary>
internal sealed class AgentLock(TimeProvider time) : IDisposable
{
    private const int SaltSize = 16;
    private const int HashSize = 32;
    private const int Rounds = 4; // of bcrypt: some hundredths of a second
    private static readonly TimeSpan DelayPerFailure = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly byte[] _salt = new byte[SaltSize];
    private Secret? _hash;
    private int _failures;

    /// <summary>True between locking and unlocking.</summary>
    public bool IsLocked => Volatile.Read(ref _hash) is not null;

    /// <summary>Locks; false where it is locked.</summary>
    public async ValueTask<bool> LockAsync(Secret passphrase, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_hash is not null)
                return false;
            SystemRandom.Shared.Fill(_salt);
            Volatile.Write(ref _hash, HashOf(passphrase));
            _failures = 0;
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Unlocks; false, after a delay that grows with every failure, where the passphrase is another one, or nothing is
    /// locked.</summary>
    public async ValueTask<bool> UnlockAsync(Secret passphrase, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_hash is null)
                return false;
            using Secret given = HashOf(passphrase);
            if (CryptographicOperations.FixedTimeEquals(given.Span, _hash.Span))
            {
                _hash.Dispose();
                Volatile.Write(ref _hash, null);
                return true;
            }

            _failures++;
            TimeSpan delay = _failures * DelayPerFailure;
            await Task.Delay(delay < LongestDelay ? delay : LongestDelay, time, cancellationToken).ConfigureAwait(false);
            return false;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Zeroes the hash; the agent is at its end.</summary>
    public void Dispose() => _hash?.Dispose();

    private Secret HashOf(Secret passphrase)
    {
        Secret hash = new(HashSize);
        BcryptPbkdf.Derive(passphrase.Span, _salt, Rounds, hash.Span);
        return hash;
    }
}
