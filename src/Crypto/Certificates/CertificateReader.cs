using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>Reads the fields of a certificate and verifies its authority's signature.</summary>
internal static class CertificateReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /* OpenSSH's PROTOCOL.certkeys
         string    type
         string    nonce
         …         the certified key's fields
         uint64    serial
         uint32    kind: 1 user, 2 host
         string    key id
         string    valid principals: strings, packed
         uint64    valid after
         uint64    valid before
         string    critical options: (string name, string data), packed, in order and unique
         string    extensions: the same
         string    reserved: ignored in this version
         string    signature key: the authority's public key
         string    signature of everything before it */

    /// <summary>Reads a certificate without throwing.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> blob, [NotNullWhen(true)] out Certificate? certificate, out PublicKeyFault fault)
    {
        certificate = null;
        SshReader reader = new(blob);
        if (blob.Length > Certificate.MaximumSize)
            reader.Fail($"it has {blob.Length} bytes, at most {Certificate.MaximumSize} are allowed");
        string type = reader.Name("certificate type");
        CertificateAlgorithm? row = CertificateAlgorithm.Of(type).FirstOrDefault();
        if (reader.Fault is null && row is null)
        {
            fault = NotSupported(type);
            return false;
        }

        byte[] key = row is null ? [] : ReadKey(row, ref reader);
        Fields fields = ReadFields(ref reader);
        byte[] authority = reader.String("signature key").ToArray();
        int signed = blob.Length - reader.Remaining;
        ReadOnlySpan<byte> signature = reader.String("signature");
        if (!reader.Complete())
        {
            fault = new PublicKeyFault(false, reader.Fault ?? "", null);
            return false;
        }

        certificate = Verified(blob, type, key, authority, signed, signature, fields, out fault);
        return certificate is not null;
    }

    // The same fields as those of the plain key, which is what they are read as.
    private static byte[] ReadKey(CertificateAlgorithm row, ref SshReader reader)
    {
        reader.String("nonce");
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        writer.Text(row.KeyType);
        for (int i = 0; i < row.KeyFields; i++)
            writer.String(reader.String("certified key"));
        return buffer.Written.ToArray();
    }

    private static Fields ReadFields(ref SshReader reader)
    {
        ulong serial = reader.UInt64("serial");
        uint kind = reader.UInt32("kind");
        if (reader.Fault is null && kind is not ((uint)CertificateKind.User or (uint)CertificateKind.Host))
            reader.Fail($"its kind is {kind}, where 1 (user) and 2 (host) are known");
        string keyId = ReadText("key id", reader.String("key id"), ref reader);
        ImmutableArray<string> principals = ReadPrincipals(ref reader);
        ulong after = reader.UInt64("valid after"), before = reader.UInt64("valid before");
        ImmutableArray<CertificateOption> critical = ReadOptions("critical options", ref reader);
        ImmutableArray<CertificateOption> extensions = ReadOptions("extensions", ref reader);
        reader.String("reserved");
        return new Fields(serial, (CertificateKind)kind, keyId, principals, after, before, critical, extensions);
    }

    private static ImmutableArray<string> ReadPrincipals(ref SshReader reader)
    {
        SshReader packed = new(reader.String("valid principals"));
        ImmutableArray<string>.Builder principals = ImmutableArray.CreateBuilder<string>();
        while (packed.Remaining > 0)
        {
            if (principals.Count == Certificate.MaximumPrincipals)
                packed.Fail($"it has more than {Certificate.MaximumPrincipals} principals");
            principals.Add(ReadText("a principal", packed.String("valid principals"), ref packed));
        }

        if (packed.Fault is not null)
            reader.Fail(packed.Fault);
        return principals.ToImmutable();
    }

    private static ImmutableArray<CertificateOption> ReadOptions(string field, ref SshReader reader)
    {
        SshReader packed = new(reader.String(field));
        ImmutableArray<CertificateOption>.Builder options = ImmutableArray.CreateBuilder<CertificateOption>();
        while (packed.Remaining > 0)
        {
            string name = ReadText($"a name in its {field}", packed.String(field), ref packed);
            byte[] data = packed.String(field).ToArray();
            if (options.Count > 0 && string.CompareOrdinal(options[^1].Name, name) >= 0)
                packed.Fail($"its {field} are not in order, or one stands there twice");
            options.Add(new CertificateOption(name, data));
        }

        if (packed.Fault is not null)
            reader.Fail(packed.Fault);
        return options.ToImmutable();
    }

    // Two names must never look like one: no byte is replaced, and none ends the name early where another program sees the rest.
    private static string ReadText(string field, ReadOnlySpan<byte> bytes, ref SshReader reader)
    {
        try
        {
            if (!bytes.Contains((byte)0))
                return StrictUtf8.GetString(bytes);
            reader.Fail($"{field} has a NUL byte");
        }
        catch (DecoderFallbackException)
        {
            reader.Fail($"{field} is not UTF-8");
        }

        return "";
    }

    private static Certificate? Verified(
        ReadOnlySpan<byte> blob, string type, byte[] keyBlob, byte[] authorityBlob, int signed, ReadOnlySpan<byte> signature, Fields fields,
        out PublicKeyFault fault)
    {
        if (!PublicKey.TryParse(keyBlob, out PublicKey? key, out fault))
        {
            fault = fault with { Text = fault.IsUnsupported ? $"certifies a key that {fault.Text}" : $"its key: {fault.Text}" };
            return null;
        }

        SshReader ahead = new(authorityBlob);
        if (ahead.Name("key type").Contains("-cert-v", StringComparison.Ordinal))
        {
            fault = new PublicKeyFault(false, "it is signed by another certificate, where its authority must be a plain key", null);
            return null;
        }

        if (!PublicKey.TryParse(authorityBlob, out PublicKey? authority, out fault))
        {
            fault = fault with { Text = fault.IsUnsupported ? $"is signed by an authority whose key {fault.Text}" : $"its authority's key: {fault.Text}" };
            return null;
        }

        SshReader named = new(signature);
        string algorithm = named.Name("signature algorithm");
        if (!authority.Verify(algorithm, blob[..signed], signature))
        {
            fault = new PublicKeyFault(false, $"the signature of its authority {authority} does not verify, so it was forged or damaged", null);
            return null;
        }

        return new Certificate(blob.ToArray(), type, key, authority, algorithm)
        {
            Serial = fields.Serial,
            Kind = fields.Kind,
            KeyId = fields.KeyId,
            Principals = fields.Principals,
            ValidAfter = fields.ValidAfter,
            ValidBefore = fields.ValidBefore,
            CriticalOptions = fields.CriticalOptions,
            Extensions = fields.Extensions,
        };
    }

    private static PublicKeyFault NotSupported(string type) => type.Contains("-cert-v", StringComparison.Ordinal)
        ? new PublicKeyFault(true, $"is of type {type}, which is not supported", $"Certify another key: one of type {KeyTypes.Ed25519}.")
        : new PublicKeyFault(true, $"is none, but a plain key of type {type}", "Give the certificate (the file with -cert in its name).");

    private sealed record Fields(
        ulong Serial, CertificateKind Kind, string KeyId, ImmutableArray<string> Principals, ulong ValidAfter, ulong ValidBefore,
        ImmutableArray<CertificateOption> CriticalOptions, ImmutableArray<CertificateOption> Extensions);
}
