using System.Text;
using LucidSsh.Crypto;

namespace LucidSsh.Lab;

/// <summary>The first message of a TLS client (RFC 5246 section 7.4.1.2), to learn whether a silent port speaks TLS. It names no version above 1.2,
/// in which the server's choice among the application protocols (RFC 7301) can be read.</summary>
internal static class TlsHello
{
    private const int ApplicationProtocols = 16;

    private static readonly string[] Protocols = ["ftp", "h2", "http/1.1"];

    /// <summary>The record.</summary>
    public static byte[] Make()
    {
        byte[] random = new byte[32];
        SystemRandom.Shared.Fill(random);
        byte[] protocols = [.. Protocols.SelectMany(name => (byte[])[(byte)name.Length, .. Encoding.ASCII.GetBytes(name)])];
        byte[] extensions =
        [
            .. Extension(10, [0, 6, 0, 29, 0, 23, 0, 24]), // x25519, secp256r1, secp384r1
            .. Extension(11, [1, 0]), // uncompressed points
            .. Extension(13, [0, 14, 4, 3, 5, 3, 8, 4, 8, 5, 4, 1, 5, 1, 2, 1]), // ECDSA, RSA-PSS and RSA with SHA-2; RSA with SHA-1
            .. Extension(ApplicationProtocols, [.. Length(protocols.Length), .. protocols]),
        ];
        byte[] body =
        [
            3, 3, .. random, 0,
            0, 14, 0xc0, 0x2b, 0xc0, 0x2f, 0xc0, 0x2c, 0xc0, 0x30, 0, 0x9c, 0, 0x2f, 0, 0x35, // ECDHE with AES-GCM, then older ones
            1, 0,
            .. Length(extensions.Length), .. extensions,
        ];
        return [0x16, 3, 1, .. Length(body.Length + 4), 1, 0, .. Length(body.Length), .. body];
    }

    /// <summary>The application protocol a ServerHello chose; null where there is none.</summary>
    public static string? ProtocolIn(ReadOnlySpan<byte> reply)
    {
        foreach (string name in Protocols)
        {
            byte[] value = [(byte)name.Length, .. Encoding.ASCII.GetBytes(name)];
            byte[] chosen = Extension(ApplicationProtocols, [.. Length(value.Length), .. value]);
            if (reply.IndexOf(chosen) >= 0)
                return name;
        }

        return null;
    }

    private static byte[] Extension(int type, byte[] data) => [.. Length(type), .. Length(data.Length), .. data];

    private static byte[] Length(int number) => [(byte)(number >> 8), (byte)number];
}
