using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>Finite-field Diffie-Hellman in one group (RFC 4253 section 8, RFC 8268). The values are mpints. The group is asked for
/// when it is used: to set one up is not worth the time of those who never do.</summary>
internal sealed class DiffieHellmanKex(string name, HashName hash, Func<DiffieHellmanGroup> group, Posture posture = Posture.Offered)
    : ValueKex(name, hash, posture)
{
    private DiffieHellmanGroup Group => group();

    public override IKexClient Start(IRandomSource random) => new KeyPair(this, random);

    public override KexResponse Respond(ReadOnlySpan<byte> clientValue, IRandomSource random)
    {
        using KeyPair pair = new(this, random);
        return new KexResponse(pair.ClientValue.ToArray(), pair.Finish(clientValue));
    }

    // Both sides do the same with their own key and the other's value.
    private sealed class KeyPair : IKexClient
    {
        private readonly DiffieHellmanKex _method;
        private readonly DiffieHellmanGroup _group;
        private readonly Secret _exponent;
        private readonly byte[] _value;

        public KeyPair(DiffieHellmanKex method, IRandomSource random)
        {
            (_method, _group) = (method, method.Group);
            _exponent = _group.GenerateExponent(random);
            byte[] number = new byte[_group.ByteLength];
            _group.ComputePublic(_exponent, number);
            using Secret encoded = EncodeMpInt(number);
            _value = encoded.Span[sizeof(uint)..].ToArray(); // the message adds the length again
        }

        public ReadOnlySpan<byte> ClientValue => _value;

        public ReadOnlySpan<byte> PrivateValue => _exponent.Span;

        public Secret Finish(ReadOnlySpan<byte> serverValue)
        {
            if (serverValue.IsEmpty || serverValue[0] >= 0x80 || (serverValue[0] == 0 && (serverValue.Length == 1 || serverValue[1] < 0x80)))
                throw _method.Unacceptable("is no positive mpint in its shortest form");
            using Secret shared = new(_group.ByteLength);
            return _group.TryAgree(_exponent, serverValue, shared.Span)
                ? EncodeMpInt(shared.Span)
                : throw _method.Unacceptable("is not between 1 and p-1");
        }

        public void Dispose() => _exponent.Dispose();
    }
}
