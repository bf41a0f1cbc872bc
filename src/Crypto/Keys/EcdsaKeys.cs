using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>ecdsa-sha2-nistp256, -nistp384 and -nistp521 (RFC 5656 section 3.1): string type, string curve, string point. The
/// point is uncompressed and lies on the curve.</summary>
internal sealed class SshEcdsaPublicKey : PublicKey
{
    private readonly byte[] _point;

    private SshEcdsaPublicKey(string type, byte[] blob, byte[] point)
        : base(type, blob) => (Curve, _point) = (CurveOf(type), point);

    /// <summary>The curve.</summary>
    public NistCurve Curve { get; }

    /// <summary>256, 384 or 521.</summary>
    public override int Bits => Type switch { KeyTypes.EcdsaNistP256 => 256, KeyTypes.EcdsaNistP384 => 384, _ => 521 };

    /// <summary>The uncompressed point: 4, x, y.</summary>
    public ReadOnlySpan<byte> Point => _point;

    /// <summary>The curve's name in RFC 5656, which is the end of the type's name: nistp256, nistp384 or nistp521.</summary>
    public static string CurveNameOf(string type) => type["ecdsa-sha2-".Length..];

    /// <summary>The curve of a key type.</summary>
    public static NistCurve CurveOf(string type) => type switch
    {
        KeyTypes.EcdsaNistP256 => NistCurve.P256,
        KeyTypes.EcdsaNistP384 => NistCurve.P384,
        _ => NistCurve.P521,
    };

    /// <summary>The key with this point, which must be valid.</summary>
    public static SshEcdsaPublicKey FromPoint(string type, ReadOnlySpan<byte> point)
    {
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        writer.Text(type);
        writer.Text(CurveNameOf(type));
        writer.String(point);
        return new SshEcdsaPublicKey(type, buffer.Written.ToArray(), point.ToArray());
    }

    /// <summary>Reads the fields after the type.</summary>
    public static SshEcdsaPublicKey? Read(string type, ReadOnlySpan<byte> blob, ref SshReader reader)
    {
        ReadOnlySpan<byte> point = ReadPoint(type, ref reader);
        return reader.Fault is null ? new SshEcdsaPublicKey(type, blob.ToArray(), point.ToArray()) : null;
    }

    /// <summary>Reads curve name and point, which an OpenSSH private key holds as well.</summary>
    public static ReadOnlySpan<byte> ReadPoint(string type, ref SshReader reader)
    {
        string curve = reader.Name("curve name");
        ReadOnlySpan<byte> point = reader.String("curve point");
        if (reader.Fault is null && curve != CurveNameOf(type))
            reader.Fail($"curve name is {curve} in a key of type {type}");
        CheckPoint(CurveOf(type), point, ref reader);
        return reader.Fault is null ? point : default;
    }

    // A compressed point is legal in RFC 5656 section 3.1, but written by nobody, and OpenSSH refuses it too.
    private static void CheckPoint(NistCurve curve, ReadOnlySpan<byte> point, ref SshReader reader)
    {
        if (reader.Fault is not null)
            return;
        if (point.Length != curve.PointLength || point[0] != 4)
            reader.Fail($"curve point is not an uncompressed point of {curve.PointLength} bytes");
        else if (!curve.IsValidPoint(point))
            reader.Fail("curve point does not lie on the curve");
    }

    /// <summary>Verifies a signature as RFC 5656 section 3.1.2 writes it: a string that holds mpint r, mpint s.</summary>
    public static bool VerifyNumbers(
        NistCurve curve, ReadOnlySpan<byte> point, HashName hash, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        SshReader reader = new(signature);
        ReadOnlySpan<byte> r = reader.MpInt("r"), s = reader.MpInt("s");
        return reader.Complete() && Ecdsa.Verify(curve, point, hash, data, r, s);
    }

    private protected override bool VerifySignature(HashName hash, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        VerifyNumbers(Curve, _point, hash, data, signature);
}

/// <summary>The private half: one scalar between 1 and the group's order.</summary>
internal sealed class SshEcdsaPrivateKey : PrivateKey
{
    private readonly Secret _scalar;
    private readonly SshEcdsaPublicKey _public;

    private SshEcdsaPrivateKey(Secret scalar, SshEcdsaPublicKey publicKey)
        : base(publicKey) => (_scalar, _public) = (scalar, publicKey);

    /// <summary>The curve.</summary>
    public NistCurve Curve => _public.Curve;

    /// <summary>The public point.</summary>
    public ReadOnlySpan<byte> Point => _public.Point;

    /// <summary>The secret scalar, big-endian, as long as the group's order.</summary>
    public ReadOnlySpan<byte> Scalar => _scalar.Span;

    /// <summary>The key with this scalar (big-endian, copied, leading zeros do not matter); null where it is out of range.</summary>
    public static SshEcdsaPrivateKey? FromScalar(string type, ReadOnlySpan<byte> scalar)
    {
        NistCurve curve = SshEcdsaPublicKey.CurveOf(type);
        ReadOnlySpan<byte> digits = scalar.TrimStart((byte)0);
        if (digits.Length > curve.ScalarLength)
            return null;

        Secret wide = new(curve.ScalarLength);
        digits.CopyTo(wide.Span[(wide.Length - digits.Length)..]);
        if (!curve.IsValidPrivateKey(wide.Span))
        {
            wide.Dispose();
            return null;
        }

        byte[] point = new byte[curve.PointLength];
        curve.DerivePublicKey(wide.Span, point);
        return new SshEcdsaPrivateKey(wide, SshEcdsaPublicKey.FromPoint(type, point));
    }

    /// <summary>A new key.</summary>
    public static SshEcdsaPrivateKey Generate(string type, IRandomSource random)
    {
        using Secret scalar = SshEcdsaPublicKey.CurveOf(type).GeneratePrivateKey(random);
        return FromScalar(type, scalar.Span) ?? throw new InvalidOperationException("The curve made a key out of range.");
    }

    /// <summary>Reads the fields after the type; null after a fault.</summary>
    public static SshEcdsaPrivateKey? ReadFields(string type, ref SshReader reader)
    {
        ReadOnlySpan<byte> point = SshEcdsaPublicKey.ReadPoint(type, ref reader);
        ReadOnlySpan<byte> scalar = reader.MpInt("ECDSA private key");
        if (reader.Fault is not null)
            return null;

        SshEcdsaPrivateKey? key = FromScalar(type, scalar);
        if (key is not null && key.Point.SequenceEqual(point))
            return key;
        reader.Fail(key is null ? "ECDSA private key is out of range" : "ECDSA private key does not belong to its public key");
        key?.Dispose();
        return null;
    }

    /// <inheritdoc />
    internal override void WriteFields(SshWriter writer)
    {
        writer.Text(PublicKey.Type);
        writer.Text(SshEcdsaPublicKey.CurveNameOf(PublicKey.Type));
        writer.String(Point);
        writer.MpInt(_scalar.Span);
    }

    private protected override void WriteSignature(HashName hash, ReadOnlySpan<byte> data, IRandomSource random, SshWriter writer)
    {
        ObjectDisposedException.ThrowIf(_scalar.Length == 0, this);
        Span<byte> r = stackalloc byte[Curve.ScalarLength], s = stackalloc byte[Curve.ScalarLength];
        Ecdsa.Sign(Curve, _scalar.Span, hash, data, random, r, s);
        GC.KeepAlive(_scalar);
        writer.MpInt(r);
        writer.MpInt(s);
    }

    private protected override void ZeroSecrets() => _scalar.Dispose();
}
