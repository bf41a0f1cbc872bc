using System.Net;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Fuzz;

/// <summary>Certificates. An authority's signature stops every change, so the input is what stands before the authority's key, and is signed
/// here; what can be read then goes through the rules for users and for hosts.</summary>
internal sealed class CertificateTarget : IFuzzTarget
{
    private static readonly PrivateKey Authority = PrivateKey.Generate("ssh-ed25519", 0, new SeededRandom(1));

    public string Name => "certificate";

    public IEnumerable<byte[]> Seeds
    {
        get
        {
            CertificateRequest user = new(Authority.PublicKey, CertificateKind.User)
            {
                KeyId = "id",
                Serial = 1,
                Principals = ["alice", "bob"],
                ForceCommand = "ls",
                SourceAddress = "192.0.2.0/24,::1",
            };
            return [Unsigned(user), Unsigned(user with { Kind = CertificateKind.Host, Extensions = [], ForceCommand = null, SourceAddress = null })];
        }
    }

    public void Run(ReadOnlySpan<byte> input)
    {
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        writer.Bytes(input);
        writer.String(Authority.PublicKey.Blob.Span);
        writer.String(Authority.Sign("ssh-ed25519", buffer.Written, new SeededRandom(2)));
        Certificate certificate = Certificate.Parse(buffer.Written);
        if (!certificate.Equals(Certificate.ParseOpenSshLine(certificate.ToOpenSshLine(certificate.KeyId))))
            throw new InvalidOperationException("A certificate is written differently from how it was read.");
        CertificateRules.Check(certificate, new CertificateUse(CertificateKind.User, "alice", DateTimeOffset.UnixEpoch) { Source = IPAddress.Loopback });
        CertificateRules.Check(certificate, new CertificateUse(CertificateKind.Host, "alice", DateTimeOffset.UnixEpoch));
        Certificate.Parse(input);
    }

    // Up to the authority's key: it and the signature are strings of known length, an Ed25519 key's and signature's.
    private static byte[] Unsigned(CertificateRequest request)
    {
        ReadOnlySpan<byte> blob = request.Sign(Authority, null, new SeededRandom(3)).Blob.Span;
        return blob[..^(4 + Authority.PublicKey.Blob.Length + 4 + 4 + "ssh-ed25519".Length + 4 + 64)].ToArray();
    }
}

/// <summary>Lists of what is revoked, of both forms.</summary>
internal sealed class RevocationListTarget : IFuzzTarget
{
    private static readonly PrivateKey Authority = PrivateKey.Generate("ssh-ed25519", 0, new SeededRandom(1));

    private static readonly Certificate Asked =
        new CertificateRequest(Authority.PublicKey, CertificateKind.User) { Serial = 9, KeyId = "id" }.Sign(Authority, null, new SeededRandom(2));

    public string Name => "revocation";

    public IEnumerable<byte[]> Seeds =>
    [
        System.Text.Encoding.ASCII.GetBytes($"# a comment\n{Authority.PublicKey.ToOpenSshLine("key")}\n{Asked.ToOpenSshLine()}\n"),
        List(1, Certificates(0x20, [0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 6])),
        List(1, Certificates(0x21, [0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 8])),
        List(1, Certificates(0x22, [0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 2, 0x12, 0x34])),
        List(1, Certificates(0x23, [0, 0, 0, 2, (byte)'i', (byte)'d'])),
        List(2, Packed(Authority.PublicKey.Blob.Span)),
        List(3, Packed(new byte[20])),
        List(5, Packed(new byte[32])),
        List(255, [0, 0, 0, 1, (byte)'x', 0, 0, 0, 0, 0]),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        RevocationList list = RevocationList.Parse(input);
        list.IsRevoked(Asked);
        list.IsRevoked(Asked.Key);
    }

    private static byte[] Packed(ReadOnlySpan<byte> content)
    {
        WireBuffer buffer = new();
        new SshWriter(buffer).String(content);
        return buffer.Written.ToArray();
    }

    private static byte[] Certificates(byte type, byte[] part) => [.. Packed(Authority.PublicKey.Blob.Span), 0, 0, 0, 0, type, .. Packed(part)];

    private static byte[] List(byte type, byte[] section) =>
        [.. "SSHKRL\n\0"u8, 0, 0, 0, 1, .. new byte[24], 0, 0, 0, 0, 0, 0, 0, 0, type, .. Packed(section)];
}
