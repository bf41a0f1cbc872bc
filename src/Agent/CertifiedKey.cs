using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Agent;

/* OpenSSH PROTOCOL.certkeys and its agents: where a certificate is added, the public fields stand inside it
     string    key type, of a certificate
     string    certificate
     RSA:      mpint d, mpint iqmp, mpint p, mpint q
     ECDSA:    mpint d
     Ed25519:  string ENC(A), string k || ENC(A) */

/// <summary>A private key as it is added to an agent: plain, or with a certificate.</summary>
internal static class CertifiedKey
{
    /// <summary>Reads either form. Null after a fault, which the reader holds.</summary>
    public static PrivateKey? Read(scoped ref SshReader reader, out Certificate? certificate)
    {
        certificate = null;
        SshReader ahead = reader;
        string type = ahead.Name("key type");
        if (ahead.Fault is not null || !Certificate.IsCertificateType(type))
            return PrivateKey.ReadFields(ref reader);

        reader.Name("key type");
        ReadOnlySpan<byte> blob = reader.String("certificate", WireLimits.KeyBlob);
        if (reader.Fault is null && (!Certificate.TryParse(blob, out certificate, out PublicKeyFault fault) || certificate.Type != type))
            reader.Fail($"certificate {(certificate is null ? fault.Text : $"is of type {certificate.Type}")}");
        if (reader.Fault is not null)
            return null;

        WireBuffer plain = new(4096);
        PrivateKey? key = ReadPrivateFields(ref reader, certificate!.Key, plain);
        plain.Zero();
        return key;
    }

    /// <summary>Writes either form.</summary>
    public static void Write(scoped ref SshWriter writer, PrivateKey key, Certificate? certificate)
    {
        if (certificate is null)
        {
            key.WriteFields(writer);
            return;
        }

        WireBuffer plain = new(4096);
        key.WriteFields(new SshWriter(plain));
        SshReader fields = new(plain.Written);
        for (int i = 0; i <= PublicFieldCount(key.PublicKey); i++) // the type, and the fields the certificate has
            fields.String("public field");
        writer.Text(certificate.Type);
        writer.String(certificate.Blob.Span);
        writer.Bytes(fields.Rest());
        plain.Zero();
    }

    // What the certificate has and what follows it, put together as in a plain key.
    private static PrivateKey? ReadPrivateFields(scoped ref SshReader reader, PublicKey publicKey, WireBuffer plain)
    {
        SshWriter writer = new(plain);
        writer.Text(publicKey.Type);
        int fields;
        switch (publicKey)
        {
            case SshRsaPublicKey rsa:
                writer.MpInt(rsa.Modulus);
                writer.MpInt(rsa.Exponent);
                fields = 4;
                break;
            case SshEcdsaPublicKey ecdsa:
                writer.Text(SshEcdsaPublicKey.CurveNameOf(ecdsa.Type));
                writer.String(ecdsa.Point);
                fields = 1;
                break;
            default:
                fields = 2;
                break;
        }

        for (int i = 0; i < fields; i++)
            writer.String(reader.String("private field"));
        if (reader.Fault is not null)
            return null;

        SshReader whole = new(plain.Written);
        PrivateKey? key = PrivateKey.ReadFields(ref whole);
        if (!whole.Complete() || !key!.PublicKey.Equals(publicKey))
        {
            reader.Fail(whole.Fault ?? "private key is not the certificate's");
            key?.Dispose();
            return null;
        }

        return key;
    }

    private static int PublicFieldCount(PublicKey key) => key is SshRsaPublicKey or SshEcdsaPublicKey ? 2 : 0;
}
