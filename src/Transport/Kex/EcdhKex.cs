using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>Diffie-Hellman on a curve: curve25519-sha256 (RFC 8731), ecdh-sha2-nistp256, -nistp384, -nistp521 (RFC 5656
/// section 4).</summary>
internal sealed class EcdhKex(string name, HashName hash, EcdhCurve curve) : ValueKex(name, hash, Posture.Offered)
{
    public override IKexClient Start(IRandomSource random) => new KeyPair(this, curve, random);

    public override KexResponse Respond(ReadOnlySpan<byte> clientValue, IRandomSource random)
    {
        using KeyPair pair = new(this, curve, random);
        return new KexResponse(pair.ClientValue.ToArray(), pair.Finish(clientValue));
    }

    // Both sides do the same with their own key and the other's value.
    private sealed class KeyPair : IKexClient
    {
        private readonly EcdhKex _method;
        private readonly EcdhCurve _curve;
        private readonly Secret _privateKey;
        private readonly byte[] _value;

        public KeyPair(EcdhKex method, EcdhCurve curve, IRandomSource random)
        {
            (_method, _curve) = (method, curve);
            _privateKey = curve.GeneratePrivateKey(random);
            _value = new byte[curve.ValueLength];
            curve.DerivePublicValue(_privateKey, _value);
        }

        public ReadOnlySpan<byte> ClientValue => _value;

        public ReadOnlySpan<byte> PrivateValue => _privateKey.Span;

        public Secret Finish(ReadOnlySpan<byte> serverValue)
        {
            if (serverValue.Length != _curve.ValueLength)
                throw _method.Unacceptable($"has {serverValue.Length} bytes instead of {_curve.ValueLength}");
            using Secret shared = new(_curve.SecretLength);
            return _curve.TryAgree(_privateKey, serverValue, shared.Span)
                ? EncodeMpInt(shared.Span)
                : throw _method.Unacceptable(_curve.Refusal);
        }

        public void Dispose() => _privateKey.Dispose();
    }
}
