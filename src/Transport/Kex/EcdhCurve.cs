using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>A curve as key exchange sees it: fixed lengths, a key pair, an agreement.</summary>
/// <param name="valueLength">Bytes of a public value.</param>
/// <param name="secretLength">Bytes of the shared secret, leading zeros included.</param>
/// <param name="refusal">What is wrong with a public value of the right length that <see cref="TryAgree"/> refuses.</param>
internal abstract class EcdhCurve(int valueLength, int secretLength, string refusal)
{
    /// <summary>Curve25519 (RFC 7748, RFC 8731).</summary>
    public static EcdhCurve Curve25519 { get; } = new MontgomeryCurve();

    /// <summary>NIST P-256, points uncompressed (RFC 5656 section 4).</summary>
    public static EcdhCurve P256 { get; } = new PrimeCurve(fieldLength: 32, () => NistCurve.P256);

    /// <summary>NIST P-384.</summary>
    public static EcdhCurve P384 { get; } = new PrimeCurve(fieldLength: 48, () => NistCurve.P384);

    /// <summary>NIST P-521.</summary>
    public static EcdhCurve P521 { get; } = new PrimeCurve(fieldLength: 66, () => NistCurve.P521);

    public int ValueLength { get; } = valueLength;

    public int SecretLength { get; } = secretLength;

    public string Refusal { get; } = refusal;

    public abstract Secret GeneratePrivateKey(IRandomSource random);

    public abstract void DerivePublicValue(Secret privateKey, Span<byte> value);

    /// <summary>The raw shared secret; false, and nothing of use in it, for a value that is no proper point.</summary>
    public abstract bool TryAgree(Secret privateKey, ReadOnlySpan<byte> peerValue, Span<byte> secret);

    // RFC 8731 section 3: an all-zero result is refused.
    private sealed class MontgomeryCurve() : EcdhCurve(X25519.KeyLength, X25519.KeyLength, "is a point of small order")
    {
        public override Secret GeneratePrivateKey(IRandomSource random)
        {
            Secret key = new(X25519.KeyLength);
            random.Fill(key.Span);
            return key;
        }

        public override void DerivePublicValue(Secret privateKey, Span<byte> value) => X25519.DerivePublicKey(privateKey.Span, value);

        public override bool TryAgree(Secret privateKey, ReadOnlySpan<byte> peerValue, Span<byte> secret) =>
            X25519.TryAgree(privateKey.Span, peerValue, secret);
    }

    // The curve is asked for when it is used: its tables are not worth the time of those who never do.
    private sealed class PrimeCurve(int fieldLength, Func<NistCurve> curve)
        : EcdhCurve(1 + 2 * fieldLength, fieldLength, "is no uncompressed point of the curve")
    {
        public override Secret GeneratePrivateKey(IRandomSource random) => curve().GeneratePrivateKey(random);

        public override void DerivePublicValue(Secret privateKey, Span<byte> value) => curve().DerivePublicKey(privateKey.Span, value);

        public override bool TryAgree(Secret privateKey, ReadOnlySpan<byte> peerValue, Span<byte> secret) =>
            curve().TryAgree(privateKey.Span, peerValue, secret);
    }
}
