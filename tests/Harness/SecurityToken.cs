using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using LucidSsh.Auth;
using LucidSsh.Crypto;
using LucidSsh.Wire;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Security;

namespace LucidSsh.Tests.Harness;

/// <summary>A FIDO token in software (OpenSSH PROTOCOL.u2f), built on the base library's ECDSA and BouncyCastle's Ed25519, that can
/// also sign as no token should: untouched.</summary>
internal sealed class SecurityToken : ISigner, IDisposable
{
    public const string WebAuthn = "webauthn-sk-ecdsa-sha2-nistp256@openssh.com";

    public const byte Touched = 1;
    public const byte Verified = 4;
    private const byte HasExtensions = 0x80;

    private readonly Ed25519PrivateKeyParameters? _ed25519;
    private readonly ECDsa? _ecdsa;
    private readonly byte[] _application;

    /// <summary>A new token.</summary>
    /// <param name="type"><c>sk-ssh-ed25519@openssh.com</c> or <c>sk-ecdsa-sha2-nistp256@openssh.com</c>.</param>
    /// <param name="application">What the key is made for.</param>
    public SecurityToken(string type, string application = "ssh:")
    {
        _application = Encoding.UTF8.GetBytes(application);
        Fields fields = new();
        fields.Writer.Text(type);
        if (type.Contains("ed25519", StringComparison.Ordinal))
        {
            _ed25519 = new Ed25519PrivateKeyParameters(new SecureRandom());
            fields.Writer.String(_ed25519.GeneratePublicKey().GetEncoded());
        }
        else
        {
            _ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            ECPoint point = _ecdsa.ExportParameters(false).Q;
            fields.Writer.Text("nistp256");
            fields.Writer.String([4, .. point.X!, .. point.Y!]);
        }

        fields.Writer.String(_application);
        PublicKey = PublicKey.Parse(fields.Bytes);
    }

    public PublicKey PublicKey { get; }

    /// <summary>The flags of the next signatures.</summary>
    public byte Flags { get; set; } = Touched;

    /// <summary>How many signatures were made.</summary>
    public uint Counter { get; private set; } = 0x01020304;

    public ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
        new(Sign(data.Span));

    /// <summary>string type, string signature, byte flags, uint32 counter.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        Fields blob = new();
        blob.Writer.Text(PublicKey.Type);
        blob.Writer.String(SignHash(data, Flags, []));
        blob.Writer.Byte(Flags);
        blob.Writer.UInt32(Counter);
        return blob.Bytes;
    }

    /// <summary>The same as a browser gives it, with string origin, string client data, string extensions.</summary>
    public byte[] SignInBrowser(ReadOnlySpan<byte> data, string origin, string? clientData = null, byte[]? extensions = null)
    {
        clientData ??= $$"""{"type":"webauthn.get","challenge":"{{Base64Url.EncodeToString(data)}}","origin":"{{origin}}","crossOrigin":false}""";
        extensions ??= [];
        byte flags = (byte)(Flags | (extensions.Length > 0 ? HasExtensions : 0));
        Fields blob = new();
        blob.Writer.Text(WebAuthn);
        blob.Writer.String(SignHash(Encoding.UTF8.GetBytes(clientData), flags, extensions));
        blob.Writer.Byte(flags);
        blob.Writer.UInt32(Counter);
        blob.Writer.Text(origin);
        blob.Writer.Text(clientData);
        blob.Writer.String(extensions);
        return blob.Bytes;
    }

    public void Dispose() => _ecdsa?.Dispose();

    private byte[] SignHash(ReadOnlySpan<byte> message, byte flags, byte[] extensions)
    {
        byte[] counter = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(counter, ++Counter);
        byte[] signed = [.. SHA256.HashData(_application), flags, .. counter, .. extensions, .. SHA256.HashData(message)];
        if (_ed25519 is not null)
        {
            Ed25519Signer signer = new();
            signer.Init(true, _ed25519);
            signer.BlockUpdate(signed, 0, signed.Length);
            return signer.GenerateSignature();
        }

        byte[] signature = _ecdsa!.SignData(signed, HashAlgorithmName.SHA256);
        Fields numbers = new();
        numbers.Writer.MpInt(signature.AsSpan(0, 32));
        numbers.Writer.MpInt(signature.AsSpan(32));
        return numbers.Bytes;
    }

    private sealed class Fields
    {
        private readonly WireBuffer _buffer = new();

        public SshWriter Writer => new(_buffer);

        public byte[] Bytes => _buffer.Written.ToArray();
    }
}
