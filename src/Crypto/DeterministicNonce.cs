namespace LucidSsh.Crypto;

/// <summary>The nonces of RFC 6979 section 3.2: an HMAC generator seeded with the private key, the message's digest and, for a
/// hedged signature, extra bytes (section 3.6).</summary>
internal sealed unsafe class DeterministicNonce : IDisposable
{
    private readonly MontgomeryModulus _order;
    private readonly Hash _hash;
    private readonly Secret _k; // the RFC's K
    private readonly Secret _v; // the RFC's V
    private bool _used;

    /// <param name="order">The group's order.</param>
    /// <param name="hash">The hash HMAC uses.</param>
    /// <param name="key">The private key.</param>
    /// <param name="digest">The message's digest, already reduced modulo the order (the RFC's bits2octets).</param>
    /// <param name="extra">The RFC's k', empty for plain RFC 6979.</param>
    public DeterministicNonce(MontgomeryModulus order, HashName hash, ulong* key, ulong* digest, ReadOnlySpan<byte> extra)
    {
        _order = order;
        _hash = Hash.Create(hash);
        _k = new Secret(_hash.Size);
        _v = new Secret(_hash.Size);
        _v.Span.Fill(1);
        Span<byte> seed = stackalloc byte[(2 * order.ByteLength) + extra.Length];
        Limbs.Write(key, order.LimbCount, seed[..order.ByteLength]);
        Limbs.Write(digest, order.LimbCount, seed.Slice(order.ByteLength, order.ByteLength));
        extra.CopyTo(seed[(2 * order.ByteLength)..]);
        Update([0], seed);
        Update([1], seed);
        ConstantTime.Zero(seed);
    }

    /// <summary>The leftmost bits of a byte string, as many as the order has, as an integer (the RFC's bits2int).</summary>
    public static void BitsToInteger(MontgomeryModulus order, ReadOnlySpan<byte> bits, ulong* integer)
    {
        int n = order.LimbCount;
        int taken = Math.Min(bits.Length, order.ByteLength);
        Limbs.Read(bits[..taken], integer, n);
        int shift = Math.Max(0, (taken * 8) - order.BitLength); // below 8
        for (int i = 0; i < n && shift > 0; i++)
        {
            integer[i] = (integer[i] >> shift) | (i + 1 < n ? integer[i + 1] << (64 - shift) : 0);
        }
    }

    /// <summary>The next nonce, from 1 to the order minus 1.</summary>
    public void Next(ulong* nonce)
    {
        Span<byte> bits = stackalloc byte[2 * 64 + 66];
        int n = _order.LimbCount;
        ulong inRange;
        do
        {
            if (_used)
            {
                Update([0], default);
            }
            _used = true;
            int length = 0;
            for (; length < _order.ByteLength; length += _v.Length)
            {
                Authenticate(default, default, _v.Span);
                _v.Span.CopyTo(bits[length..]);
            }
            BitsToInteger(_order, bits[..length], nonce);
            inRange = Limbs.Less(nonce, _order.Modulus, n) & (Limbs.IsZero(nonce, n) ^ 1);
        }
        while (inRange == 0); // a rejected candidate is of no use to anyone
        ConstantTime.Zero(bits);
    }

    public void Dispose()
    {
        _hash.Dispose();
        _k.Dispose();
        _v.Dispose();
    }

    /// <summary>K = HMAC_K(V || round || seed), V = HMAC_K(V).</summary>
    private void Update(ReadOnlySpan<byte> round, ReadOnlySpan<byte> seed)
    {
        Authenticate(round, seed, _k.Span);
        Authenticate(default, default, _v.Span);
    }

    /// <summary>mac = HMAC_K(V || round || seed), which may be K or V (RFC 2104). Every K serves one or two short messages: the hash
    /// itself, always the same, is quicker than an <see cref="Hmac"/> for each.</summary>
    private void Authenticate(ReadOnlySpan<byte> round, ReadOnlySpan<byte> seed, Span<byte> mac)
    {
        Span<byte> pad = stackalloc byte[_hash.BlockSize];
        Span<byte> inner = stackalloc byte[_hash.Size];
        FillPad(pad, 0x36);
        _hash.Append(pad);
        _hash.Append(_v.Span);
        _hash.Append(round);
        _hash.Append(seed);
        _hash.Finish(inner);
        FillPad(pad, 0x5c);
        _hash.Append(pad);
        _hash.Append(inner);
        _hash.Finish(mac);
        ConstantTime.Zero(pad);
        ConstantTime.Zero(inner);
    }

    /// <summary>K, no longer than a block, with zeros after it, each byte exclusive-or <paramref name="value"/>.</summary>
    private void FillPad(Span<byte> pad, byte value)
    {
        pad.Fill(value);
        ReadOnlySpan<byte> key = _k.Span;
        for (int i = 0; i < key.Length; i++)
        {
            pad[i] ^= key[i];
        }
    }
}
