using System.Security.Cryptography;

namespace LucidSsh.Crypto;

/// <summary>A finite-field Diffie-Hellman group: a safe prime p and a generator g (RFC 4253 section 8, RFC 4419, RFC 8268).
/// Both exponentiations are constant-time fixed windows over Montgomery multiplication.</summary>
internal sealed unsafe class DiffieHellmanGroup
{
    /// <summary>512 secret bits. A discrete logarithm over an interval takes the square root of its size, so they cost an
    /// attacker 2^256, more than any group here (group 18: about 2^200); OpenSSH too takes twice what its keys need.</summary>
    private const int ExponentBytes = 64;

    private const int SmallestBits = 2048;
    private const int LargestBits = 8192;

    private static readonly Lazy<DiffieHellmanGroup> LazyGroup1 = new(() => new(DiffieHellmanPrimes.Group2));
    private static readonly Lazy<DiffieHellmanGroup> LazyGroup14 = new(() => new(DiffieHellmanPrimes.Group14));
    private static readonly Lazy<DiffieHellmanGroup> LazyGroup15 = new(() => new(DiffieHellmanPrimes.Group15));
    private static readonly Lazy<DiffieHellmanGroup> LazyGroup16 = new(() => new(DiffieHellmanPrimes.Group16));
    private static readonly Lazy<DiffieHellmanGroup> LazyGroup17 = new(() => new(DiffieHellmanPrimes.Group17));
    private static readonly Lazy<DiffieHellmanGroup> LazyGroup18 = new(() => new(DiffieHellmanPrimes.Group18));

    private readonly MontgomeryModulus _modulus;
    private readonly ulong[] _generator;
    private readonly ulong[] _largestPublic; // p - 2

    /// <summary>The group of a server's choice, in a group exchange (RFC 4419): checked as far as it can be without a
    /// primality test, which RFC 4419 section 3 leaves out too.</summary>
    /// <param name="p">The prime, big-endian: odd, of 2048 to 8192 bits.</param>
    /// <param name="g">The generator, big-endian: 1 &lt; g &lt; p - 1.</param>
    /// <exception cref="CryptographicException">A value is out of range; the message says which.</exception>
    public DiffieHellmanGroup(ReadOnlySpan<byte> p, ReadOnlySpan<byte> g)
        : this(CheckedModulus(p), g)
    {
    }

    private DiffieHellmanGroup(string prime)
        : this(new MontgomeryModulus(Convert.FromHexString(prime)), [2])
    {
    }

    private DiffieHellmanGroup(MontgomeryModulus modulus, ReadOnlySpan<byte> g)
    {
        _modulus = modulus;
        int n = modulus.LimbCount;
        _generator = Limbs.Allocate(n);
        _largestPublic = Limbs.Allocate(n);
        Limbs.Copy(modulus.Modulus, Pointer(_largestPublic), n);
        ulong* two = stackalloc ulong[n];
        Limbs.Clear(two, n);
        two[0] = 2;
        Limbs.Subtract(Pointer(_largestPublic), Pointer(_largestPublic), two, n);
        if (!TryReadPublic(g, Pointer(_generator)))
        {
            throw new CryptographicException("The Diffie-Hellman generator of the group exchange is out of range: expected 1 < g < p - 1.");
        }
        GC.KeepAlive(modulus);
    }

    /// <summary>1024 bits: "diffie-hellman-group1" names RFC 2409's second Oakley group (RFC 4253 section 8.1). Weak.</summary>
    public static DiffieHellmanGroup Group1 => LazyGroup1.Value;

    /// <summary>2048 bits (RFC 3526 section 3).</summary>
    public static DiffieHellmanGroup Group14 => LazyGroup14.Value;

    /// <summary>3072 bits (RFC 3526 section 4).</summary>
    public static DiffieHellmanGroup Group15 => LazyGroup15.Value;

    /// <summary>4096 bits (RFC 3526 section 5).</summary>
    public static DiffieHellmanGroup Group16 => LazyGroup16.Value;

    /// <summary>6144 bits (RFC 3526 section 6).</summary>
    public static DiffieHellmanGroup Group17 => LazyGroup17.Value;

    /// <summary>8192 bits (RFC 3526 section 7).</summary>
    public static DiffieHellmanGroup Group18 => LazyGroup18.Value;

    /// <summary>The length of p, of public values and of shared secrets, in bytes.</summary>
    public int ByteLength => _modulus.ByteLength;

    /// <summary>The length of p in bits.</summary>
    public int BitLength => _modulus.BitLength;

    /// <summary>A fresh exponent of 512 bits, its uppermost bit set (so that it is never 0 and never tiny).</summary>
    public Secret GenerateExponent(IRandomSource random)
    {
        Secret exponent = new(Math.Min(ExponentBytes, ByteLength - 1));
        random.Fill(exponent.Span);
        exponent.Span[0] |= 0x80;
        return exponent;
    }

    /// <summary>g^exponent mod p, with leading zeros, into the first <see cref="ByteLength"/> bytes.</summary>
    public void ComputePublic(Secret exponent, Span<byte> destination)
    {
        fixed (ulong* generator = _generator)
        {
            Power(generator, exponent, destination[..ByteLength]);
        }
    }

    /// <summary>peer^exponent mod p, with leading zeros, into the first <see cref="ByteLength"/> bytes. False, and nothing but
    /// zeros written, unless 1 &lt; peer &lt; p - 1 (RFC 4253 section 8: a server MUST check [1, p-1]; 1 and p - 1 give
    /// the secret away) and the result is above 1.</summary>
    /// <param name="exponent">From <see cref="GenerateExponent"/>.</param>
    /// <param name="peerPublic">The peer's value, big-endian, of any length.</param>
    /// <param name="sharedSecret">Of at least <see cref="ByteLength"/> bytes.</param>
    public bool TryAgree(Secret exponent, ReadOnlySpan<byte> peerPublic, Span<byte> sharedSecret)
    {
        sharedSecret = sharedSecret[..ByteLength];
        using LimbScratch scratch = new(_modulus.LimbCount);
        if (!TryReadPublic(peerPublic, scratch.Start))
        {
            sharedSecret.Clear();
            return false;
        }
        Power(scratch.Start, exponent, sharedSecret);
        int large = sharedSecret[^1] & 0xfe; // not 0 or 1 as long as any other bit is set
        foreach (byte part in sharedSecret[..^1])
        {
            large |= part;
        }
        return large != 0;
    }

    private static MontgomeryModulus CheckedModulus(ReadOnlySpan<byte> p)
    {
        p = p.TrimStart((byte)0);
        int bits = p.IsEmpty ? 0 : (p.Length * 8) - byte.LeadingZeroCount(p[0]);
        if (bits is < SmallestBits or > LargestBits)
        {
            throw new CryptographicException(
                $"The Diffie-Hellman prime of the group exchange has {bits} bits: expected {SmallestBits} to {LargestBits}.");
        }
        if ((p[^1] & 1) == 0)
        {
            throw new CryptographicException("The Diffie-Hellman prime of the group exchange is even.");
        }
        return new MontgomeryModulus(p);
    }

    private static ulong* Pointer(ulong[] pinned) =>
        (ulong*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref pinned[0]);

    /// <summary>Public values: the comparisons may branch.</summary>
    private bool TryReadPublic(ReadOnlySpan<byte> value, ulong* limbs)
    {
        value = value.TrimStart((byte)0);
        if (value.IsEmpty || value.Length > ByteLength || (value.Length == 1 && value[0] == 1))
        {
            return false;
        }
        int n = _modulus.LimbCount;
        Limbs.Read(value, limbs, n);
        fixed (ulong* largest = _largestPublic)
        {
            return Limbs.Less(largest, limbs, n) == 0;
        }
    }

    private void Power(ulong* value, Secret exponent, Span<byte> destination)
    {
        int n = _modulus.LimbCount;
        int exponentLimbs = Limbs.Count(exponent.Length * 8);
        using LimbScratch scratch = new(n + exponentLimbs);
        ulong* exponentStart = scratch.Start + n;
        Limbs.Read(exponent.Span, exponentStart, exponentLimbs);
        ModularPower.Compute(_modulus, scratch.Start, value, exponentStart, exponent.Length * 8);
        Limbs.Write(scratch.Start, n, destination);
    }
}
