using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>curve25519-sha256 (RFC 8731).</summary>
internal sealed class Curve25519Kex(string name) : KexMethod(name, HashName.Sha256, Posture.Offered)
{
    public override IKexClient Start(IRandomSource random) => new KeyPair(this, random);

    public override KexResponse Respond(ReadOnlySpan<byte> clientValue, IRandomSource random)
    {
        using KeyPair pair = new(this, random);
        return new KexResponse(pair.ClientValue.ToArray(), pair.Finish(clientValue));
    }

    // Both sides do the same with their own key and the other's value.
    private sealed class KeyPair : IKexClient
    {
        private readonly Curve25519Kex _method;
        private readonly Secret _privateKey = new(X25519.KeyLength);
        private readonly byte[] _publicKey = new byte[X25519.KeyLength];

        public KeyPair(Curve25519Kex method, IRandomSource random)
        {
            _method = method;
            random.Fill(_privateKey.Span);
            X25519.DerivePublicKey(_privateKey.Span, _publicKey);
        }

        public ReadOnlySpan<byte> ClientValue => _publicKey;

        public Secret Finish(ReadOnlySpan<byte> serverValue)
        {
            if (serverValue.Length != X25519.KeyLength)
                throw _method.Unacceptable($"has {serverValue.Length} bytes instead of {X25519.KeyLength}");
            using Secret shared = new(X25519.KeyLength);
            // RFC 8731 section 3: an all-zero result is refused.
            return X25519.TryAgree(_privateKey.Span, serverValue, shared.Span)
                ? EncodeMpInt(shared.Span)
                : throw _method.Unacceptable("is a point of small order");
        }

        public void Dispose() => _privateKey.Dispose();
    }
}
