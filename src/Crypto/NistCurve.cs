using System.Security.Cryptography;

namespace LucidSsh.Crypto;

/// <summary>The NIST curves of RFC 5656: key agreement over P-256, P-384 and P-521 (SEC 1, FIPS 186-4 appendix D.1.2), and
/// what <see cref="Ecdsa"/> needs of them. A point is SEC 1's uncompressed form, 04 || X || Y; a private key or coordinate is
/// big-endian. Everything done with a private key is constant-time.</summary>
internal sealed unsafe class NistCurve
{
    private const byte Uncompressed = 4;

    private static readonly Lazy<NistCurve> LazyP256 = new(() => CreateP256(VectorPaths.Best));

    private static readonly Lazy<NistCurve> LazyP384 = new(() => new(
        HashName.Sha384,
        p: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFF",
        b: "B3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF",
        n: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973",
        x: "AA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7",
        y: "3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F"));

    private static readonly Lazy<NistCurve> LazyP521 = new(() => new(
        HashName.Sha512,
        p: "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
            + "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
        b: "0051953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E156193951EC7E937B1652C0BD3BB1BF07"
            + "3573DF883D2C34F1EF451FD46B503F00",
        n: "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A5D0"
            + "3BB5C9B8899C47AEBB6FB71E91386409",
        x: "00C6858E06B70404E9CD9E3ECB662395B4429C648139053FB521F828AF606B4D3DBAA14B5E77EFE75928FE1DC127A2FFA8DE"
            + "3348B3C1856A429BF97E7E31C2E5BD66",
        y: "011839296A789A3BC0045C8A5FB42C7D1BD998F54449579B446817AFBD17273E662C97EE72995EF42640C550B9013FAD0761"
            + "353C7086A272C24088BE94769FD16650"));

    private readonly MontgomeryModulus _prime;
    private readonly CurveGroup _group;

    // The path is for P-256, which has formulas of its own.
    private NistCurve(HashName hash, string p, string b, string n, string x, string y, VectorPath path = VectorPath.Scalar)
    {
        Hash = hash;
        _prime = new MontgomeryModulus(Convert.FromHexString(p));
        Order = new MontgomeryModulus(Convert.FromHexString(n));
        OrderInversion = new ModularInverse(Order.Modulus, Order.BitLength);
        byte[] coefficient = Convert.FromHexString(b), baseX = Convert.FromHexString(x), baseY = Convert.FromHexString(y);
        if (hash == HashName.Sha256)
        {
            CurveGroup<P256Field> portable = new(default, _prime, Order.BitLength, coefficient, baseX, baseY);
            _group = path >= VectorPath.Vector256 ? new P256GroupX4(portable) : portable;
        }
        else
        {
            _group = new CurveGroup<SplitField>(new SplitField(_prime), _prime, Order.BitLength, coefficient, baseX, baseY);
        }
    }

    /// <summary>nistp256, alias secp256r1.</summary>
    public static NistCurve P256 => LazyP256.Value;

    /// <summary>nistp384, alias secp384r1.</summary>
    public static NistCurve P384 => LazyP384.Value;

    /// <summary>nistp521, alias secp521r1.</summary>
    public static NistCurve P521 => LazyP521.Value;

    /// <summary>P-256 by the given kind of kernel, which the machine must have. Each call makes its own tables.</summary>
    internal static NistCurve CreateP256(VectorPath path) => new(
        HashName.Sha256,
        p: "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF",
        b: "5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B",
        n: "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551",
        x: "6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296",
        y: "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5",
        path);

    /// <summary>The length of a coordinate and of a shared secret in bytes: 32, 48, 66.</summary>
    public int FieldLength => _prime.ByteLength;

    /// <summary>The length of a private key and of r and s in bytes: 32, 48, 66.</summary>
    public int ScalarLength => Order.ByteLength;

    /// <summary>The length of a point in bytes: 65, 97, 133.</summary>
    public int PointLength => 1 + (2 * FieldLength);

    /// <summary>The hash RFC 5656 section 6.2.1 pairs the curve with.</summary>
    public HashName Hash { get; }

    /// <summary>n, the prime order of the group.</summary>
    internal MontgomeryModulus Order { get; }

    /// <summary>Inverts modulo n, in constant time.</summary>
    internal ModularInverse OrderInversion { get; }

    /// <summary>A private key evenly from 1 to n - 1: candidates of n's bit length until one is in range.</summary>
    public Secret GeneratePrivateKey(IRandomSource random)
    {
        Secret key = new(ScalarLength);
        do
        {
            random.Fill(key.Span);
            key.Span[0] &= (byte)(0xff >> ((ScalarLength * 8) - Order.BitLength));
        }
        while (!IsValidPrivateKey(key.Span));
        return key;
    }

    /// <summary>Whether the key is from 1 to n - 1; only this answer leaks.</summary>
    public bool IsValidPrivateKey(ReadOnlySpan<byte> privateKey)
    {
        ulong* scalar = stackalloc ulong[Order.LimbCount];
        bool valid = TryReadScalar(privateKey, scalar);
        Limbs.Zero(scalar, Order.LimbCount);
        return valid;
    }

    /// <summary>The public key of a private key, into the first <see cref="PointLength"/> bytes.</summary>
    /// <exception cref="CryptographicException">The private key is not from 1 to n - 1.</exception>
    public void DerivePublicKey(ReadOnlySpan<byte> privateKey, Span<byte> point)
    {
        ulong* scalar = stackalloc ulong[Order.LimbCount];
        ReadScalar(privateKey, scalar);
        point[0] = Uncompressed;
        _group.MultiplyBase(scalar, point.Slice(1, FieldLength), point.Slice(1 + FieldLength, FieldLength));
        Limbs.Zero(scalar, Order.LimbCount);
    }

    /// <summary>Whether the bytes are an uncompressed point on the curve (SEC 1 section 3.2.2.1): the cofactor is 1, so that every
    /// such point has order n; infinity has no such form.</summary>
    public bool IsValidPoint(ReadOnlySpan<byte> point)
    {
        if (point.Length != PointLength || point[0] != Uncompressed)
        {
            return false;
        }
        ReadOnlySpan<byte> x = point.Slice(1, FieldLength), y = point[(1 + FieldLength)..];
        return IsBelowPrime(x) && IsBelowPrime(y) && _group.IsOnCurve(x, y);
    }

    /// <summary>The x coordinate of privateKey times peerPoint, with leading zeros, into the first <see cref="FieldLength"/>
    /// bytes (SEC 1 section 3.3.1; the cofactor is 1). False, and zeros written, unless the peer's point is valid.</summary>
    /// <exception cref="CryptographicException">The private key is not from 1 to n - 1.</exception>
    public bool TryAgree(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> peerPoint, Span<byte> sharedX)
    {
        sharedX = sharedX[..FieldLength];
        if (!IsValidPoint(peerPoint))
        {
            sharedX.Clear();
            return false;
        }
        ulong* scalar = stackalloc ulong[Order.LimbCount];
        ReadScalar(privateKey, scalar);
        _group.Multiply(scalar, peerPoint.Slice(1, FieldLength), peerPoint[(1 + FieldLength)..], sharedX, default);
        Limbs.Zero(scalar, Order.LimbCount);
        return true;
    }

    /// <summary>The x coordinate of scalar G, for a secret scalar from 1 to n - 1.</summary>
    internal void MultiplyBase(ulong* scalar, Span<byte> x) => _group.MultiplyBase(scalar, x, default);

    /// <summary>The x coordinate of a G + b point, all public; false when that is the point at infinity.</summary>
    internal bool TryMultiplyAddPublic(ulong* a, ulong* b, ReadOnlySpan<byte> point, Span<byte> x) =>
        _group.TryMultiplyAddPublic(a, b, point.Slice(1, FieldLength), point[(1 + FieldLength)..], x);

    /// <summary>Reads a big-endian scalar of any length; false unless it is from 1 to n - 1. Only the length and the answer leak.</summary>
    internal bool TryReadScalar(ReadOnlySpan<byte> source, ulong* scalar)
    {
        int n = Order.LimbCount;
        int excess = Math.Max(0, source.Length - ScalarLength);
        int leading = 0;
        foreach (byte part in source[..excess])
        {
            leading |= part;
        }
        Limbs.Read(source[excess..], scalar, n);
        ulong inRange = Limbs.Less(scalar, Order.Modulus, n) & (Limbs.IsZero(scalar, n) ^ 1) & ConstantTime.IsZero((ulong)leading);
        return inRange == 1;
    }

    internal void ReadScalar(ReadOnlySpan<byte> source, ulong* scalar)
    {
        if (!TryReadScalar(source, scalar))
        {
            throw new CryptographicException("The ECDSA or ECDH private key is out of range: expected 1 to the group's order minus 1.");
        }
    }

    private bool IsBelowPrime(ReadOnlySpan<byte> coordinate)
    {
        ulong* value = stackalloc ulong[_prime.LimbCount];
        Limbs.Read(coordinate, value, _prime.LimbCount);
        return Limbs.Less(value, _prime.Modulus, _prime.LimbCount) == 1;
    }
}
