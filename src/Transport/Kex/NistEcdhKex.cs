using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>ecdh-sha2-nistp256, -nistp384, -nistp521 (RFC 5656 section 4).</summary>
internal sealed class NistEcdhKex(string name, NistCurve curve) : KexMethod(name, curve.Hash, Posture.Offered)
{
    private readonly NistCurve _curve = curve;

    public override IKexClient Start(IRandomSource random) => new KeyPair(this, random);

    public override KexResponse Respond(ReadOnlySpan<byte> clientValue, IRandomSource random)
    {
        using KeyPair pair = new(this, random);
        return new KexResponse(pair.ClientValue.ToArray(), pair.Finish(clientValue));
    }

    // Both sides do the same with their own key and the other's value.
    private sealed class KeyPair : IKexClient
    {
        private readonly NistEcdhKex _method;
        private readonly Secret _privateKey;
        private readonly byte[] _point;

        public KeyPair(NistEcdhKex method, IRandomSource random)
        {
            _method = method;
            _privateKey = method._curve.GeneratePrivateKey(random);
            _point = new byte[1 + 2 * method._curve.FieldLength];
            method._curve.DerivePublicKey(_privateKey.Span, _point);
        }

        public ReadOnlySpan<byte> ClientValue => _point;

        public Secret Finish(ReadOnlySpan<byte> serverValue)
        {
            using Secret shared = new(_method._curve.FieldLength);
            return _method._curve.TryAgree(_privateKey.Span, serverValue, shared.Span)
                ? EncodeMpInt(shared.Span)
                : throw _method.Unacceptable("is no uncompressed point of the curve");
        }

        public void Dispose() => _privateKey.Dispose();
    }
}
