using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>What a signature of a security key must tell of its making; the values are the bits of FIDO's flags (CTAP2 section
/// 6.1, OpenSSH PROTOCOL.u2f).</summary>
[Flags]
internal enum SecurityKeyDemand : byte
{
    /// <summary>Nothing: the token may have signed alone, in its owner's absence (OpenSSH's no-touch-required).</summary>
    None = 0,

    /// <summary>Somebody touched the token.</summary>
    UserPresence = 1,

    /// <summary>The token knows that it was its owner: by PIN or fingerprint (OpenSSH's verify-required).</summary>
    UserVerification = 4,
}

/// <summary>What the token says of a signature it made: its flags, and how many signatures it has made so far.</summary>
internal readonly record struct SecurityKeyAssertion(byte Flags, uint Counter)
{
    /// <summary>Reads it from a signature blob, whose signature is not looked at; null where the blob is none of a security
    /// key.</summary>
    public static SecurityKeyAssertion? Read(ReadOnlySpan<byte> signatureBlob)
    {
        SshReader reader = new(signatureBlob);
        string algorithm = reader.Name("signature algorithm");
        reader.String("signature");
        SecurityKeyAssertion assertion = new(reader.Byte("flags"), reader.UInt32("counter"));
        return reader.Fault is null && SignatureAlgorithm.Find(algorithm) is { } row && KeyTypes.IsSecurityKey(row.KeyType)
            ? assertion
            : null;
    }

    /// <summary>True where the flags tell all that is demanded.</summary>
    public bool Meets(SecurityKeyDemand demand) => (Flags & (byte)demand) == (byte)demand;
}

/// <summary>A public key whose private half lives in a FIDO token (OpenSSH PROTOCOL.u2f). It signs no message, but the hash of
/// one, between the hash of the application it was made for, its flags and its counter. An agent signs with it; here such
/// signatures are only verified.</summary>
internal abstract class SecurityKeyPublicKey : PublicKey
{
    private const int LongestApplication = 1024;
    private const int DigestSize = 32;

    private readonly byte[] _application;

    private protected SecurityKeyPublicKey(string type, byte[] blob, byte[] application)
        : base(type, blob) => _application = application;

    /// <inheritdoc />
    public override int Bits => 256;

    /// <summary>What the key was made for, mostly <c>ssh:</c>.</summary>
    public string Application => Encoding.UTF8.GetString(_application);

    /// <summary>Reads the last field of such a key.</summary>
    private protected static ReadOnlySpan<byte> ReadApplication(ref SshReader reader)
    {
        ReadOnlySpan<byte> application = reader.String("application", LongestApplication);
        if (reader.Fault is null && application.Contains((byte)0))
            reader.Fail("application holds a NUL");
        return application;
    }

    // string signature, byte flags, uint32 counter, and from a browser string origin, string client data, string extensions.
    private protected sealed override bool VerifyFields(
        SignatureAlgorithm algorithm, ReadOnlySpan<byte> data, ref SshReader reader, SecurityKeyDemand demand)
    {
        ReadOnlySpan<byte> signature = reader.String("signature");
        SecurityKeyAssertion assertion = new(reader.Byte("flags"), reader.UInt32("counter"));
        ReadOnlySpan<byte> message = data, extensions = [];
        if (algorithm.Name == SignatureAlgorithm.WebAuthn)
        {
            ReadOnlySpan<byte> origin = reader.String("origin", WireLimits.KeyBlob);
            message = reader.String("client data", WireLimits.KeyBlob);
            extensions = reader.String("extensions", WireLimits.KeyBlob);
            if (reader.Fault is not null || !IsClientDataOf(message, data, origin) || !AreExtensionsOf(assertion.Flags, extensions))
                return false;
        }

        return reader.Complete() && assertion.Meets(demand)
            && VerifySignature(algorithm.Hash, Signed(assertion, extensions, message), signature);
    }

    // SHA-256 of application, flags, counter, extensions, SHA-256 of message.
    private byte[] Signed(SecurityKeyAssertion assertion, ReadOnlySpan<byte> extensions, ReadOnlySpan<byte> message)
    {
        byte[] signed = new byte[DigestSize + 1 + sizeof(uint) + extensions.Length + DigestSize];
        Hash.Digest(HashName.Sha256, _application).CopyTo(signed, 0);
        signed[DigestSize] = assertion.Flags;
        BinaryPrimitives.WriteUInt32BigEndian(signed.AsSpan(DigestSize + 1), assertion.Counter);
        extensions.CopyTo(signed.AsSpan(DigestSize + 1 + sizeof(uint)));
        Hash.Digest(HashName.Sha256, message).CopyTo(signed, signed.Length - DigestSize);
        return signed;
    }

    // WebAuthn section 5.8.1.2 fixes how the client data begins; what follows the origin does not matter here.
    private static bool IsClientDataOf(ReadOnlySpan<byte> clientData, ReadOnlySpan<byte> data, ReadOnlySpan<byte> origin)
    {
        byte[] challenge = new byte[Base64Url.GetEncodedLength(data.Length)];
        Base64Url.EncodeToUtf8(data, challenge);
        byte[] beginning =
        [
            .. "{\"type\":\"webauthn.get\",\"challenge\":\""u8, .. challenge, .. "\",\"origin\":\""u8, .. origin, (byte)'"',
        ];
        return !origin.ContainsAny((byte)'"', (byte)0) && clientData.StartsWith(beginning);
    }

    // Flag 0x40 announces data about a new credential, which no signature for SSH has; 0x80 announces extensions.
    private static bool AreExtensionsOf(byte flags, ReadOnlySpan<byte> extensions) =>
        (flags & 0x40) == 0 && (flags & 0x80) != 0 == !extensions.IsEmpty;
}

/// <summary>sk-ssh-ed25519@openssh.com: string type, string of 32 bytes, string application.</summary>
internal sealed class SkEd25519PublicKey : SecurityKeyPublicKey
{
    private readonly byte[] _point;

    private SkEd25519PublicKey(byte[] blob, byte[] point, byte[] application)
        : base(KeyTypes.SkEd25519, blob, application) => _point = point;

    /// <summary>Reads the fields after the type.</summary>
    public static SkEd25519PublicKey? Read(ReadOnlySpan<byte> blob, ref SshReader reader)
    {
        ReadOnlySpan<byte> point = SshEd25519PublicKey.ReadPoint(ref reader), application = ReadApplication(ref reader);
        return reader.Fault is null ? new SkEd25519PublicKey(blob.ToArray(), point.ToArray(), application.ToArray()) : null;
    }

    private protected override bool VerifySignature(HashName hash, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        signature.Length == Ed25519.SignatureLength && Ed25519.Verify(_point, data, signature);
}

/// <summary>sk-ecdsa-sha2-nistp256@openssh.com: string type, string curve, string point, string application.</summary>
internal sealed class SkEcdsaPublicKey : SecurityKeyPublicKey
{
    private readonly byte[] _point;

    private SkEcdsaPublicKey(byte[] blob, byte[] point, byte[] application)
        : base(KeyTypes.SkEcdsaNistP256, blob, application) => _point = point;

    /// <summary>Reads the fields after the type.</summary>
    public static SkEcdsaPublicKey? Read(ReadOnlySpan<byte> blob, ref SshReader reader)
    {
        ReadOnlySpan<byte> point = SshEcdsaPublicKey.ReadPoint(KeyTypes.EcdsaNistP256, ref reader), application = ReadApplication(ref reader);
        return reader.Fault is null ? new SkEcdsaPublicKey(blob.ToArray(), point.ToArray(), application.ToArray()) : null;
    }

    private protected override bool VerifySignature(HashName hash, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        SshEcdsaPublicKey.VerifyNumbers(NistCurve.P256, _point, hash, data, signature);
}
