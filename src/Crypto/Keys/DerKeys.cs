using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>The structures of keys in DER that the textual formats share: PKCS#1 (RFC 8017 appendix A.1), SEC 1 (RFC 5915),
/// PKCS#8 (RFC 5958) with Ed25519 (RFC 8410), and SubjectPublicKeyInfo (RFC 5280 section 4.1).</summary>
internal static class DerKeys
{
    /// <summary>RSAPrivateKey: SEQUENCE of version, n, e, d, p, q, d mod (p-1), d mod (q-1), 1/q mod p.</summary>
    public static PrivateKey ReadRsa(ReadOnlySpan<byte> der, KeySource source)
    {
        DerReader outer = new(der, source);
        DerReader reader = outer.Sequence("RSAPrivateKey");
        outer.End("RSAPrivateKey");
        if (reader.SmallInteger("RSAPrivateKey version") != 0)
            throw source.Unsupported("is an RSA key of more than two primes, which is not supported");
        ReadOnlySpan<byte> n = reader.Integer("modulus"), e = reader.Integer("publicExponent"), d = reader.Integer("privateExponent");
        ReadOnlySpan<byte> p = reader.Integer("prime1"), q = reader.Integer("prime2");
        reader.Integer("exponent1");
        reader.Integer("exponent2");
        reader.Integer("coefficient");
        reader.End("coefficient");
        return SshRsaPrivateKey.FromNumbers(n, e, d, p, q, out string fault) ?? throw source.Damaged(fault);
    }

    /// <summary>ECPrivateKey: SEQUENCE of version 1, OCTET STRING scalar, [0] curve, [1] BIT STRING point; the last two may be
    /// missing where what is around it names the curve.</summary>
    public static PrivateKey ReadEc(ReadOnlySpan<byte> der, string? keyType, KeySource source)
    {
        DerReader outer = new(der, source);
        DerReader reader = outer.Sequence("ECPrivateKey");
        outer.End("ECPrivateKey");
        if (reader.SmallInteger("ECPrivateKey version") != 1)
            throw source.Damaged("ECPrivateKey version is not 1");
        ReadOnlySpan<byte> scalar = reader.Element(DerReader.OctetStringTag, "privateKey");
        if (reader.Is(DerReader.Context(0)))
        {
            DerReader parameters = new(reader.Element(DerReader.Context(0), "curve"), source);
            keyType = ReadCurve(ref parameters, source);
        }

        if (keyType is null)
            throw source.Damaged("ECPrivateKey does not name its curve");
        ReadOnlySpan<byte> point = [];
        if (!reader.IsEmpty)
        {
            DerReader tagged = new(reader.Element(DerReader.Context(1), "publicKey"), source);
            point = tagged.BitString("publicKey");
            reader.End("publicKey");
        }

        SshEcdsaPrivateKey key = SshEcdsaPrivateKey.FromScalar(keyType, scalar)
            ?? throw source.Damaged("privateKey is out of range for its curve");
        if (point.IsEmpty || IsPointOf(key, point))
            return key;
        key.Dispose();
        throw source.Damaged("publicKey does not belong to privateKey");
    }

    /// <summary>PrivateKeyInfo: SEQUENCE of version, SEQUENCE of algorithm, OCTET STRING key, and attributes that do not
    /// matter here.</summary>
    public static PrivateKey ReadPkcs8(ReadOnlySpan<byte> der, KeySource source)
    {
        DerReader outer = new(der, source);
        DerReader reader = outer.Sequence("PrivateKeyInfo");
        outer.End("PrivateKeyInfo");
        if (reader.SmallInteger("PrivateKeyInfo version") > 1)
            throw source.Damaged("PrivateKeyInfo version is neither 0 nor 1");
        DerReader algorithm = reader.Sequence("privateKeyAlgorithm");
        ReadOnlySpan<byte> identifier = algorithm.Element(DerReader.ObjectIdentifierTag, "privateKeyAlgorithm");
        ReadOnlySpan<byte> key = reader.Element(DerReader.OctetStringTag, "privateKey");
        if (identifier.SequenceEqual(ObjectIdentifiers.Rsa))
            return ReadRsa(key, source);
        if (identifier.SequenceEqual(ObjectIdentifiers.EcPublicKey))
            return ReadEc(key, ReadCurve(ref algorithm, source), source);
        if (!identifier.SequenceEqual(ObjectIdentifiers.Ed25519))
            throw UnsupportedAlgorithm(identifier, source);

        // RFC 8410 section 7: the OCTET STRING holds an OCTET STRING that holds the seed.
        DerReader inner = new(key, source);
        ReadOnlySpan<byte> seed = inner.Element(DerReader.OctetStringTag, "CurvePrivateKey");
        inner.End("CurvePrivateKey");
        return seed.Length == Ed25519.SeedLength
            ? SshEd25519PrivateKey.FromSeed(seed)
            : throw source.Damaged($"CurvePrivateKey has {seed.Length} bytes, {Ed25519.SeedLength} are expected");
    }

    /// <summary>SubjectPublicKeyInfo: SEQUENCE of SEQUENCE of algorithm, BIT STRING key.</summary>
    public static PublicKey ReadSubjectPublicKeyInfo(ReadOnlySpan<byte> der, KeySource source)
    {
        DerReader outer = new(der, source);
        DerReader reader = outer.Sequence("SubjectPublicKeyInfo");
        outer.End("SubjectPublicKeyInfo");
        DerReader algorithm = reader.Sequence("algorithm");
        ReadOnlySpan<byte> identifier = algorithm.Element(DerReader.ObjectIdentifierTag, "algorithm");
        ReadOnlySpan<byte> key = reader.BitString("subjectPublicKey");
        reader.End("subjectPublicKey");
        if (identifier.SequenceEqual(ObjectIdentifiers.Rsa))
            return ReadRsaPublic(key, source);

        WireBuffer blob = new();
        SshWriter writer = new(blob);
        if (identifier.SequenceEqual(ObjectIdentifiers.EcPublicKey))
        {
            string type = ReadCurve(ref algorithm, source);
            writer.Text(type);
            writer.Text(SshEcdsaPublicKey.CurveNameOf(type));
        }
        else if (identifier.SequenceEqual(ObjectIdentifiers.Ed25519))
        {
            writer.Text(KeyTypes.Ed25519);
        }
        else
        {
            throw UnsupportedAlgorithm(identifier, source);
        }

        writer.String(key);
        return Checked(blob.Written, source);
    }

    /// <summary>RSAPublicKey: SEQUENCE of n, e.</summary>
    public static PublicKey ReadRsaPublic(ReadOnlySpan<byte> der, KeySource source)
    {
        DerReader outer = new(der, source);
        DerReader reader = outer.Sequence("RSAPublicKey");
        outer.End("RSAPublicKey");
        ReadOnlySpan<byte> n = reader.Integer("modulus"), e = reader.Integer("publicExponent");
        reader.End("publicExponent");
        WireBuffer blob = new();
        SshWriter writer = new(blob);
        writer.Text(KeyTypes.Rsa);
        writer.MpInt(e);
        writer.MpInt(n);
        return Checked(blob.Written, source);
    }

    /// <summary>Writes RSAPrivateKey.</summary>
    public static void WriteRsa(DerWriter writer, SshRsaPrivateKey key)
    {
        int sequence = writer.Begin(DerReader.SequenceTag);
        writer.Integer(0);
        key.WritePkcs1Numbers(writer);
        writer.End(sequence);
    }

    /// <summary>Writes ECPrivateKey, with its curve where nothing around it names it.</summary>
    public static void WriteEc(DerWriter writer, SshEcdsaPrivateKey key, bool withCurve)
    {
        int sequence = writer.Begin(DerReader.SequenceTag);
        writer.Integer(1);
        writer.Element(DerReader.OctetStringTag, key.Scalar);
        if (withCurve)
        {
            int curve = writer.Begin(DerReader.Context(0));
            writer.Element(DerReader.ObjectIdentifierTag, ObjectIdentifiers.OfCurve(key.PublicKey.Type));
            writer.End(curve);
        }

        int point = writer.Begin(DerReader.Context(1));
        writer.BitString(key.Point);
        writer.End(point);
        writer.End(sequence);
    }

    /// <summary>Writes PrivateKeyInfo, version 0.</summary>
    public static void WritePkcs8(DerWriter writer, PrivateKey key)
    {
        int sequence = writer.Begin(DerReader.SequenceTag);
        writer.Integer(0);
        WriteAlgorithm(writer, key.PublicKey);
        int octets = writer.Begin(DerReader.OctetStringTag);
        switch (key)
        {
            case SshRsaPrivateKey rsa:
                WriteRsa(writer, rsa);
                break;
            case SshEcdsaPrivateKey ec:
                WriteEc(writer, ec, withCurve: false);
                break;
            case SshEd25519PrivateKey ed25519:
                writer.Element(DerReader.OctetStringTag, ed25519.Seed);
                break;
            default:
                throw new InvalidOperationException($"PKCS#8 does not know {key.PublicKey.Type}.");
        }

        writer.End(octets);
        writer.End(sequence);
    }

    /// <summary>Writes SubjectPublicKeyInfo.</summary>
    public static void WriteSubjectPublicKeyInfo(DerWriter writer, PublicKey key)
    {
        int sequence = writer.Begin(DerReader.SequenceTag);
        WriteAlgorithm(writer, key);
        switch (key)
        {
            case SshRsaPublicKey rsa:
                int bits = writer.BeginBitString();
                int numbers = writer.Begin(DerReader.SequenceTag);
                writer.Integer(rsa.Modulus);
                writer.Integer(rsa.Exponent);
                writer.End(numbers);
                writer.End(bits);
                break;
            case SshEcdsaPublicKey ec:
                writer.BitString(ec.Point);
                break;
            default:
                writer.BitString(((SshEd25519PublicKey)key).Point);
                break;
        }

        writer.End(sequence);
    }

    // AlgorithmIdentifier: RFC 3279 section 2.3.1, RFC 5480 section 2.1.1, RFC 8410 section 3.
    private static void WriteAlgorithm(DerWriter writer, PublicKey key)
    {
        int algorithm = writer.Begin(DerReader.SequenceTag);
        switch (key)
        {
            case SshRsaPublicKey:
                writer.Element(DerReader.ObjectIdentifierTag, ObjectIdentifiers.Rsa);
                writer.Element(DerReader.NullTag, []);
                break;
            case SshEcdsaPublicKey:
                writer.Element(DerReader.ObjectIdentifierTag, ObjectIdentifiers.EcPublicKey);
                writer.Element(DerReader.ObjectIdentifierTag, ObjectIdentifiers.OfCurve(key.Type));
                break;
            default:
                writer.Element(DerReader.ObjectIdentifierTag, ObjectIdentifiers.Ed25519);
                break;
        }

        writer.End(algorithm);
    }

    private static LocalMisuseException UnsupportedAlgorithm(ReadOnlySpan<byte> identifier, KeySource source) =>
        identifier.SequenceEqual(ObjectIdentifiers.Dsa)
            ? source.UnsupportedType("ssh-dss")
            : source.Unsupported($"is a key for {ObjectIdentifiers.Describe(identifier)}, which is not supported");

    private static string ReadCurve(ref DerReader parameters, KeySource source)
    {
        if (parameters.Is(DerReader.SequenceTag))
        {
            throw source.Unsupported(
                "spells out its curve's numbers instead of naming a curve, which is not supported",
                $"Let the curve be named: openssl ec -in {source.Path} -param_enc named_curve -out NEWFILE");
        }

        ReadOnlySpan<byte> curve = parameters.Element(DerReader.ObjectIdentifierTag, "curve");
        return ObjectIdentifiers.KeyTypeOfCurve(curve)
            ?? throw source.Unsupported($"is a key on the curve {ObjectIdentifiers.Describe(curve)}, which is not supported");
    }

    // SEC 1 section 2.3.3: 4, x, y; or 2 or 3 by y's parity, and x.
    private static bool IsPointOf(SshEcdsaPrivateKey key, ReadOnlySpan<byte> point)
    {
        int field = key.Curve.FieldLength;
        return point.Length == 1 + field
            ? point[0] == (2 | (key.Point[^1] & 1)) && point[1..].SequenceEqual(key.Point.Slice(1, field))
            : point.SequenceEqual(key.Point);
    }

    private static PublicKey Checked(ReadOnlySpan<byte> blob, KeySource source) =>
        PublicKey.TryParse(blob, out PublicKey? key, out PublicKeyFault fault) ? key : throw source.Refused(fault);
}
