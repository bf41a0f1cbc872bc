using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>What a certificate authority is to certify. Nothing is taken from anybody else's request: everything stands here.</summary>
/// <param name="Key">The key to certify, plain.</param>
/// <param name="Kind">For a user or for a host.</param>
public sealed record CertificateRequest(PublicKey Key, CertificateKind Kind)
{
    private const int NonceLength = 32;

    /// <summary>The extensions ssh-keygen gives a user certificate where nothing else is asked for: all that sshd knows.</summary>
    public static ImmutableArray<string> UsualUserExtensions { get; } =
        ["permit-X11-forwarding", "permit-agent-forwarding", "permit-port-forwarding", "permit-pty", "permit-user-rc"];

    /// <summary>What the certificate is called in logs; a revocation list may name it.</summary>
    public string KeyId { get; init; } = "";

    /// <summary>A number by which it can be revoked; 0 for none.</summary>
    public ulong Serial { get; init; }

    /// <summary>User names or host names it stands for; without one it is good for nobody.</summary>
    public ImmutableArray<string> Principals { get; init; } = [];

    /// <summary>The first second it is valid, in seconds since 1970-01-01 UTC; 0 has no beginning.</summary>
    public ulong ValidAfter { get; init; }

    /// <summary>The first second it is not valid any more, in seconds since 1970-01-01 UTC; 2^64-1 has no end.</summary>
    public ulong ValidBefore { get; init; } = ulong.MaxValue;

    /// <summary>force-command: a command that runs whatever is asked for; null forces none.</summary>
    public string? ForceCommand { get; init; }

    /// <summary>source-address: addresses and networks in CIDR form, separated by commas; null for any.</summary>
    public string? SourceAddress { get; init; }

    /// <summary>Further critical options, in any order.</summary>
    public ImmutableArray<CertificateOption> CriticalOptions { get; init; } = [];

    /// <summary>Extensions, in any order. For a user by default those of <see cref="UsualUserExtensions"/>, for a host none.</summary>
    public ImmutableArray<CertificateOption> Extensions { get; init; } =
        Kind == CertificateKind.User ? [.. UsualUserExtensions.Select(name => new CertificateOption(name, default))] : [];

    /// <summary>The data of an option that has a value: an SSH string.</summary>
    public static CertificateOption Option(string name, string value)
    {
        WireBuffer buffer = new();
        new SshWriter(buffer).Text(value);
        return new CertificateOption(name, buffer.Written.ToArray());
    }

    /// <summary>Signs the certificate.</summary>
    /// <param name="authority">The authority's private key.</param>
    /// <param name="algorithm">One of its signature algorithms; null for the preferred one.</param>
    /// <exception cref="LocalMisuseException">The request makes no certificate that could be read: too many principals, an option twice, a
    /// source-address that is no list; or the key does not sign with that algorithm.</exception>
    public Certificate Sign(PrivateKey authority, string? algorithm = null) => Sign(authority, algorithm, SystemRandom.Shared);

    internal Certificate Sign(PrivateKey authority, string? algorithm, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(authority);
        if (ValidAfter >= ValidBefore)
            throw Refused($"it would end ({CertificateRules.Time(ValidBefore)}) before it begins ({CertificateRules.Time(ValidAfter)})");
        if (SourceAddress is not null && SourceAddressList.Parse(SourceAddress) is null)
            throw Refused($"\"{TerminalText.OneLine(SourceAddress)}\" is no list of addresses and networks in CIDR form");
        if (ForceCommand is { Length: 0 })
            throw Refused("an empty command cannot be forced");

        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        WriteSigned(writer, authority.PublicKey, random);
        writer.String(authority.Sign(algorithm ?? authority.PublicKey.SignatureAlgorithms[0], buffer.Written, random));

        // What cannot be read back is not handed out; that also keeps a faulty signature in.
        return Certificate.TryParse(buffer.Written, out Certificate? certificate, out PublicKeyFault fault) ? certificate : throw Refused(fault.Text);
    }

    // The layout is in CertificateReader.
    private void WriteSigned(SshWriter writer, PublicKey authority, IRandomSource random)
    {
        CertificateAlgorithm row = CertificateAlgorithm.All.FirstOrDefault(row => row.KeyType == Key.Type) ?? throw Refused($"there are none for keys of type {Key.Type}");
        SshReader key = new(Key.Blob.Span);
        key.Name("key type");
        byte[] nonce = new byte[NonceLength];
        random.Fill(nonce);
        writer.Text(row.CertificateType);
        writer.String(nonce);
        writer.Bytes(key.Rest());
        writer.UInt64(Serial);
        writer.UInt32((uint)Kind);
        writer.Text(KeyId);
        int start = writer.BeginString();
        foreach (string principal in Principals)
            writer.Text(principal);
        writer.EndString(start);
        writer.UInt64(ValidAfter);
        writer.UInt64(ValidBefore);
        WriteOptions(writer, AllCriticalOptions);
        WriteOptions(writer, Extensions);
        writer.String([]);
        writer.String(authority.Blob.Span);
    }

    private IEnumerable<CertificateOption> AllCriticalOptions
    {
        get
        {
            foreach (CertificateOption option in CriticalOptions)
                yield return option;
            if (ForceCommand is not null)
                yield return Option(CertificateOptions.ForceCommand, ForceCommand);
            if (SourceAddress is not null)
                yield return Option(CertificateOptions.SourceAddress, SourceAddress);
        }
    }

    private static void WriteOptions(SshWriter writer, IEnumerable<CertificateOption> options)
    {
        int start = writer.BeginString();
        foreach (CertificateOption option in options.OrderBy(option => option.Name, StringComparer.Ordinal))
        {
            writer.Text(option.Name);
            writer.String(option.Data.Span);
        }

        writer.EndString(start);
    }

    private LocalMisuseException Refused(string fault) =>
        new(SshErrorCode.Misuse, $"The certificate \"{TerminalText.OneLine(KeyId)}\" cannot be issued: {fault}.");
}
