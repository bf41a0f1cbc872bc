using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Harness;

/// <summary>A certificate whose every field can be what no authority would write, with a signature that is right all the same.</summary>
internal sealed record ForgedCertificate
{
    public string Type { get; init; } = "ssh-ed25519-cert-v01@openssh.com";

    /// <summary>The certified key's fields as they travel; null for those of a real key.</summary>
    public byte[]? KeyFields { get; init; }

    public ulong Serial { get; init; } = 7;

    public uint Kind { get; init; } = 1;

    public byte[] KeyId { get; init; } = "forged"u8.ToArray();

    /// <summary>The content of the principals' string.</summary>
    public byte[] Principals { get; init; } = Packed("anna"u8.ToArray());

    public ulong ValidAfter { get; init; }

    public ulong ValidBefore { get; init; } = ulong.MaxValue;

    public byte[] CriticalOptions { get; init; } = [];

    public byte[] Extensions { get; init; } = [];

    public byte[] Reserved { get; init; } = [];

    /// <summary>The authority's key; null for the one that signs.</summary>
    public byte[]? SignatureKey { get; init; }

    public byte[] Trailing { get; init; } = [];

    /// <summary>Strings, one behind the other.</summary>
    public static byte[] Packed(params byte[][] strings)
    {
        WireBuffer buffer = new();
        foreach (byte[] content in strings)
            new SshWriter(buffer).String(content);
        return buffer.Written.ToArray();
    }

    public byte[] Sign(PrivateKey authority, string? algorithm = null)
    {
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        writer.Text(Type);
        writer.String(new byte[32]);
        writer.Bytes(KeyFields ?? Packed(authority.PublicKey.Blob.Span[^32..].ToArray()));
        writer.UInt64(Serial);
        writer.UInt32(Kind);
        writer.String(KeyId);
        writer.String(Principals);
        writer.UInt64(ValidAfter);
        writer.UInt64(ValidBefore);
        writer.String(CriticalOptions);
        writer.String(Extensions);
        writer.String(Reserved);
        writer.String(SignatureKey ?? authority.PublicKey.Blob.Span);
        writer.String(authority.Sign(algorithm ?? authority.PublicKey.SignatureAlgorithms[0], buffer.Written, SystemRandom.Shared));
        writer.Bytes(Trailing);
        return buffer.Written.ToArray();
    }
}
