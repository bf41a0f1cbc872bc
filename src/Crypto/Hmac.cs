namespace LucidSsh.Crypto;

/// <summary>HMAC (RFC 2104). The chaining values after the two padded-key blocks are kept, so that a message costs its own
/// blocks and two more, and nothing is allocated.</summary>
internal sealed class Hmac : IDisposable
{
    private readonly Hash _hash;
    private readonly Secret _inner = new(Hash.ChainSize);
    private readonly Secret _outer = new(Hash.ChainSize);

    /// <param name="name">The hash function.</param>
    /// <param name="key">The key, of any length; one longer than the hash's block is hashed first.</param>
    public Hmac(HashName name, ReadOnlySpan<byte> key)
    {
        _hash = Hash.Create(name);
        Span<byte> block = stackalloc byte[_hash.BlockSize];
        block.Clear();
        if (key.Length > block.Length)
        {
            Hash.Digest(name, key, block);
        }
        else
        {
            key.CopyTo(block);
        }
        Absorb(block, 0x36, _inner);
        Absorb(block, 0x5c, _outer);
        ConstantTime.Zero(block);
        _hash.ResumeAfterBlock(_inner.Span);
    }

    /// <summary>The MAC's length in bytes.</summary>
    public int Size => _hash.Size;

    /// <summary>The MAC of <paramref name="data"/> under <paramref name="key"/>.</summary>
    public static byte[] Compute(HashName name, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data)
    {
        using Hmac hmac = new(name, key);
        byte[] mac = new byte[hmac.Size];
        hmac.Append(data);
        hmac.Finish(mac);
        return mac;
    }

    /// <summary>Appends <paramref name="data"/> to the message.</summary>
    public void Append(ReadOnlySpan<byte> data) => _hash.Append(data);

    /// <summary>Writes <see cref="Size"/> bytes to <paramref name="mac"/> and starts a new message under the same key.</summary>
    public void Finish(Span<byte> mac)
    {
        Span<byte> digest = stackalloc byte[Size];
        _hash.Finish(digest);
        _hash.ResumeAfterBlock(_outer.Span);
        _hash.Append(digest);
        _hash.Finish(mac);
        _hash.ResumeAfterBlock(_inner.Span);
        ConstantTime.Zero(digest);
    }

    /// <summary>Zeroes all that the key left behind.</summary>
    public void Dispose()
    {
        _hash.Dispose();
        _inner.Dispose();
        _outer.Dispose();
    }

    private void Absorb(ReadOnlySpan<byte> key, byte pad, Secret chain)
    {
        Span<byte> padded = stackalloc byte[key.Length];
        for (int i = 0; i < key.Length; i++)
        {
            padded[i] = (byte)(key[i] ^ pad);
        }
        _hash.Append(padded);
        _hash.SaveChain(chain.Span);
        ConstantTime.Zero(padded);
        _hash.Finish(padded); // only to start again from empty
        ConstantTime.Zero(padded);
    }
}
