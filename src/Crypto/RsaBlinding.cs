namespace LucidSsh.Crypto;

/// <summary>What hides the base of an RSA private operation (Kocher): pairs u^e, 1/u modulo n for secret random u. The first u is
/// drawn and inverted; every further pair is the square of the one before, and after some the u is drawn anew.</summary>
internal sealed unsafe class RsaBlinding(RsaPublicKey key, RsaCrt crt) : IDisposable
{
    private const int UsesOfOneDraw = 32;

    private readonly Lock _gate = new();
    private readonly ulong[] _pair = Limbs.Allocate(2 * key.Montgomery.LimbCount); // u^e and 1/u in Montgomery form
    private int _usesLeft;

    /// <summary>Hands out a pair in Montgomery form, so that multiplying an ordinary residue by it leaves an ordinary residue.</summary>
    public void Next(IRandomSource random, ulong* blind, ulong* unblind)
    {
        MontgomeryModulus modulus = key.Montgomery;
        int n = modulus.LimbCount;
        lock (_gate)
        {
            fixed (ulong* pair = _pair)
            {
                if (_usesLeft == 0)
                {
                    Draw(random, pair, pair + n);
                    _usesLeft = UsesOfOneDraw;
                }
                else
                {
                    modulus.Multiply(pair, pair, pair);
                    modulus.Multiply(pair + n, pair + n, pair + n);
                }
                _usesLeft--;
                Limbs.Copy(pair, blind, n);
                Limbs.Copy(pair + n, unblind, n);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            ConstantTime.Zero(_pair.AsSpan());
            _usesLeft = 0;
        }
    }

    private void Draw(IRandomSource random, ulong* blind, ulong* unblind)
    {
        MontgomeryModulus modulus = key.Montgomery;
        int n = modulus.LimbCount;
        using Secret seed = new(modulus.ByteLength + 16); // 128 bits more than n: as good as evenly distributed modulo n
        random.Fill(seed.Span);
        int seedLimbs = Limbs.Count(seed.Length * 8);
        using LimbScratch scratch = new(seedLimbs + n);
        ulong* u = scratch.Start + seedLimbs;
        Limbs.Read(seed.Span, scratch.Start, seedLimbs);
        modulus.Reduce(u, scratch.Start, seedLimbs);
        ModularPower.ComputePublic(modulus, blind, u, key.Exponent);
        modulus.Enter(blind, blind);
        crt.Invert(unblind, u);
        modulus.Enter(unblind, unblind);
    }
}
