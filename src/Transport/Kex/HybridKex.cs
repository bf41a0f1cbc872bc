using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Transport;

/// <summary>A post-quantum KEM beside Diffie-Hellman on a curve, so that both have to be broken: mlkem768x25519-sha256,
/// mlkem768nistp256-sha256, mlkem1024nistp384-sha384 (draft-ietf-sshm-mlkem-hybrid-kex), sntrup761x25519-sha512
/// (draft-ietf-sshm-ntruprime-ssh). The client's value is KEM public key ‖ curve value, the server's is ciphertext ‖ curve value,
/// and K is the string HASH(K_PQ ‖ K_CL).</summary>
internal sealed class HybridKex(string name, HashName hash, Kem kem, EcdhCurve curve) : ValueKex(name, hash, Posture.Offered)
{
    private readonly Kem _kem = kem;
    private readonly EcdhCurve _curve = curve;

    public override IKexClient Start(IRandomSource random) => new Client(this, random);

    public override KexResponse Respond(ReadOnlySpan<byte> clientValue, IRandomSource random)
    {
        CheckLength(clientValue, _kem.PublicKeyLength + _curve.ValueLength);
        byte[] serverValue = new byte[_kem.CiphertextLength + _curve.ValueLength];
        using Secret secrets = new(Kem.SecretLength + _curve.SecretLength);
        if (!_kem.TryEncapsulate(
            clientValue[.._kem.PublicKeyLength], random, serverValue.AsSpan(0, _kem.CiphertextLength), secrets.Span[..Kem.SecretLength]))
        {
            throw Unacceptable("has a public key whose coefficients are out of range (FIPS 203 section 7.2)");
        }

        using Secret privateKey = _curve.GeneratePrivateKey(random);
        _curve.DerivePublicValue(privateKey, serverValue.AsSpan(_kem.CiphertextLength));
        return new KexResponse(serverValue, Agree(privateKey, clientValue[_kem.PublicKeyLength..], secrets));
    }

    private void CheckLength(ReadOnlySpan<byte> value, int expected)
    {
        if (value.Length != expected)
            throw Unacceptable($"has {value.Length} bytes instead of {expected}");
    }

    // The KEM's secret stands in front already.
    private Secret Agree(Secret privateKey, ReadOnlySpan<byte> peerValue, Secret secrets)
    {
        if (!_curve.TryAgree(privateKey, peerValue, secrets.Span[Kem.SecretLength..]))
            throw Unacceptable($"{_curve.Refusal} in its last {_curve.ValueLength} bytes");
        using Hash function = Crypto.Hash.Create(Hash);
        function.Append(secrets.Span);
        using Secret combined = new(function.Size);
        function.Finish(combined.Span);
        WireBuffer buffer = new(combined.Length + sizeof(uint));
        new SshWriter(buffer).String(combined.Span);
        Secret encoded = new(buffer.Written);
        buffer.Zero();
        return encoded;
    }

    private sealed class Client : IKexClient
    {
        private readonly HybridKex _method;
        private readonly Secret _kemKey;
        private readonly Secret _curveKey;
        private readonly byte[] _value;

        public Client(HybridKex method, IRandomSource random)
        {
            _method = method;
            (Kem kem, EcdhCurve curve) = (method._kem, method._curve);
            _kemKey = new Secret(kem.PrivateKeyLength);
            _value = new byte[kem.PublicKeyLength + curve.ValueLength];
            kem.GenerateKeyPair(random, _value.AsSpan(0, kem.PublicKeyLength), _kemKey.Span);
            _curveKey = curve.GeneratePrivateKey(random);
            curve.DerivePublicValue(_curveKey, _value.AsSpan(kem.PublicKeyLength));
        }

        public ReadOnlySpan<byte> ClientValue => _value;

        public Secret Finish(ReadOnlySpan<byte> serverValue)
        {
            (Kem kem, EcdhCurve curve) = (_method._kem, _method._curve);
            _method.CheckLength(serverValue, kem.CiphertextLength + curve.ValueLength);
            using Secret secrets = new(Kem.SecretLength + curve.SecretLength);
            kem.Decapsulate(_kemKey.Span, serverValue[..kem.CiphertextLength], secrets.Span[..Kem.SecretLength]);
            return _method.Agree(_curveKey, serverValue[kem.CiphertextLength..], secrets);
        }

        public void Dispose()
        {
            _kemKey.Dispose();
            _curveKey.Dispose();
        }
    }
}
