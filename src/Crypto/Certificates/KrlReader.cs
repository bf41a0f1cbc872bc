using System.Numerics;
using System.Text;
using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>Reads a key revocation list (OpenSSH's PROTOCOL.krl). What is not understood refuses the whole list, but for an extension that
/// says of itself that it may be passed over.</summary>
internal static class KrlReader
{
    private const byte CertificateSection = 1, ExplicitKeys = 2, Sha1Fingerprints = 3, Signature = 4, Sha256Fingerprints = 5, Extension = 255;
    private const byte SerialList = 0x20, SerialRange = 0x21, SerialBitmap = 0x22, KeyIds = 0x23, CertificateExtension = 0x39;
    private const int Sha1Length = 20, Sha256Length = 32;

    /// <summary>What a list begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "SSHKRL\n\0"u8;

    /* uint64    magic
       uint32    format version: 1
       uint64    version of the list
       uint64    when it was made
       uint64    flags: none is defined
       string    reserved
       string    comment
       then sections: byte type, string data */

    /// <summary>Reads a list.</summary>
    /// <param name="content">The file.</param>
    /// <param name="keys">Takes the keys.</param>
    /// <param name="certificates">Takes the certificates, by the blob of their authority in base64; empty stands for every authority.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? Read(ReadOnlySpan<byte> content, RevokedKeys keys, Dictionary<string, RevokedCertificates> certificates)
    {
        SshReader reader = new(content);
        if (!reader.Bytes(Magic.Length, "magic").SequenceEqual(Magic))
            return "it does not begin as a key revocation list does";
        uint format = reader.UInt32("format version");
        if (reader.Fault is null && format != 1)
            reader.Fail($"its format has the version {format}, and 1 is known");
        reader.UInt64("list version");
        reader.UInt64("generated date");
        reader.UInt64("flags");
        reader.String("reserved");
        reader.String("comment");
        while (reader.Remaining > 0)
            ReadSection(ref reader, keys, certificates);
        foreach (RevokedCertificates scope in certificates.Values)
            scope.Seal();
        return reader.Fault;
    }

    private static void ReadSection(ref SshReader reader, RevokedKeys keys, Dictionary<string, RevokedCertificates> certificates)
    {
        byte type = reader.Byte("section type");
        SshReader section = new(reader.String("section"));
        switch (reader.Fault is null ? type : -1)
        {
            case CertificateSection:
                ReadCertificates(ref section, certificates);
                break;
            case ExplicitKeys:
                while (section.Remaining > 0)
                    keys.AddBlob(section.String("revoked key", WireLimits.KeyBlob));
                break;
            case Sha1Fingerprints:
                while (section.Remaining > 0)
                    keys.AddSha1(Digest(ref section, Sha1Length));
                break;
            case Sha256Fingerprints:
                while (section.Remaining > 0)
                    keys.AddSha256(Digest(ref section, Sha256Length));
                break;
            case Extension:
                ReadExtension(ref section);
                break;
            case Signature:
                section.Fail("it is signed, which OpenSSH has given up and which is not supported");
                break;
            case >= 0:
                section.Fail($"it has a section of the type {type}, which is not known");
                break;
        }

        if (!section.Complete())
            reader.Fail(section.Fault!);
    }

    private static ReadOnlySpan<byte> Digest(ref SshReader section, int length)
    {
        ReadOnlySpan<byte> digest = section.String("fingerprint");
        if (section.Fault is null && digest.Length != length)
            section.Fail($"it has a fingerprint of {digest.Length} bytes where {length} are expected");
        return digest;
    }

    /* string    authority's key; empty for every authority
       string    reserved
       then: byte type, string data */
    private static void ReadCertificates(ref SshReader section, Dictionary<string, RevokedCertificates> certificates)
    {
        ReadOnlySpan<byte> authority = section.String("authority", WireLimits.KeyBlob);
        section.String("reserved");
        if (section.Fault is not null)
            return;
        string scope = Convert.ToBase64String(authority);
        if (!certificates.TryGetValue(scope, out RevokedCertificates? revoked))
            certificates[scope] = revoked = new RevokedCertificates();
        while (section.Remaining > 0)
        {
            byte type = section.Byte("certificate section type");
            SshReader part = new(section.String("certificate section"));
            if (section.Fault is null)
                ReadCertificatePart(type, ref part, revoked);
            if (!part.Complete())
                section.Fail(part.Fault!);
        }
    }

    private static void ReadCertificatePart(byte type, ref SshReader part, RevokedCertificates revoked)
    {
        switch (type)
        {
            case SerialList:
                while (part.Remaining > 0)
                {
                    ulong serial = part.UInt64("revoked serial");
                    AddRange(serial, serial, ref part, revoked);
                }

                break;
            case SerialRange:
                AddRange(part.UInt64("first serial"), part.UInt64("last serial"), ref part, revoked);
                break;
            case SerialBitmap:
                ReadBitmap(ref part, revoked);
                break;
            case KeyIds:
                while (part.Remaining > 0)
                    revoked.AddKeyId(Encoding.UTF8.GetString(part.String("revoked key id")));
                break;
            case CertificateExtension:
                ReadExtension(ref part);
                break;
            default:
                part.Fail($"it has a certificate section of the type 0x{type:x2}, which is not known");
                break;
        }
    }

    // Serial 0 is what certificates have that nobody numbered: to revoke it would revoke them all, and OpenSSH refuses such a list too.
    private static void AddRange(ulong minimum, ulong maximum, ref SshReader part, RevokedCertificates revoked)
    {
        if (part.Fault is null && (minimum == 0 || minimum > maximum))
            part.Fail(minimum == 0 ? "it revokes the serial 0, which is none" : $"it has a range of serials from {minimum} down to {maximum}");
        if (part.Fault is null)
            revoked.AddRange(minimum, maximum);
    }

    // uint64 serial of bit 0, mpint bits
    private static void ReadBitmap(ref SshReader part, RevokedCertificates revoked)
    {
        ulong offset = part.UInt64("first serial");
        ReadOnlySpan<byte> bits = part.MpInt("bitmap");
        if (part.Fault is not null || bits.IsEmpty)
            return;
        ulong highest = (ulong)bits.Length * 8 - 1 - (ulong)BitOperations.LeadingZeroCount((uint)bits[0] << 24);
        if (offset == 0 && (bits[^1] & 1) != 0)
            part.Fail("it revokes the serial 0, which is none");
        else if (highest > ulong.MaxValue - offset)
            part.Fail("it has a bitmap of serials beyond the highest one");
        else
            revoked.AddBitmap(offset, bits);
    }

    // string name, boolean critical, string data
    private static void ReadExtension(ref SshReader part)
    {
        string name = part.Text("extension name");
        bool isCritical = part.Boolean("critical");
        part.String("extension data");
        if (part.Fault is null && isCritical)
            part.Fail($"it has the critical extension \"{TerminalText.OneLine(name, 100)}\", which is not known");
    }
}
