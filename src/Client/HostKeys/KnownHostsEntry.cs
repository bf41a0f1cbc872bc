using LucidSsh.Crypto;

namespace LucidSsh.Client;

/// <summary>What a known_hosts line says about its key.</summary>
public enum KnownHostsMarker
{
    /// <summary>The key is the hosts' own.</summary>
    None,

    /// <summary><c>@cert-authority</c>: who holds the key may certify the hosts' keys.</summary>
    CertAuthority,

    /// <summary><c>@revoked</c>: the key must never be accepted from the hosts, nor a certificate that it signed.</summary>
    Revoked,
}

/// <summary>One line of a known_hosts file: which hosts, which key, and what it is to them.</summary>
public sealed class KnownHostsEntry
{
    private readonly HostNames _names;
    private readonly byte[] _blob;
    private PublicKey? _key;
    private PublicKeyFault? _fault;

    internal KnownHostsEntry(string file, int line, KnownHostsMarker marker, string hosts, HostNames names, string keyType, byte[] blob, string comment)
    {
        (File, Line, Marker, Hosts, _names, KeyType, _blob, Comment) = (file, line, marker, hosts, names, keyType, blob, comment);
    }

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>The line's number, from 1.</summary>
    public int Line { get; }

    /// <summary>What the key is to the hosts.</summary>
    public KnownHostsMarker Marker { get; }

    /// <summary>The hosts as they stand there: names and patterns with commas between them, or one hashed name.</summary>
    public string Hosts { get; }

    /// <summary>True where the name is hashed: it can be compared, and not read.</summary>
    public bool IsHashed => _names.IsHashed;

    /// <summary>The key's type, for example <c>ssh-ed25519</c>.</summary>
    public string KeyType { get; }

    /// <summary>The key as it travels (RFC 4253 section 6.6).</summary>
    public ReadOnlyMemory<byte> KeyBlob => _blob;

    /// <summary>The key; null where its type or size is not supported, or its numbers are none.</summary>
    public PublicKey? Key
    {
        get
        {
            if (_key is null && _fault is null && !PublicKey.TryParse(_blob, out _key, out PublicKeyFault fault))
                _fault = fault;
            return _key;
        }
    }

    /// <summary><c>SHA256:</c> and the blob's SHA-256 in base64 without padding, as ssh-keygen -l prints it.</summary>
    public string Fingerprint => "SHA256:" + Convert.ToBase64String(Hash.Digest(HashName.Sha256, _blob)).TrimEnd('=');

    /// <summary>What follows the key; empty where nothing does.</summary>
    public string Comment { get; }

    /// <summary>True when the line is about the host.</summary>
    /// <param name="host">A host name or an address.</param>
    /// <param name="port">The TCP port; for another than 22 the file's name of the host is <c>[host]:port</c>.</param>
    public bool Matches(string host, int port = SshTarget.DefaultPort) => IsAbout(HostNames.NameOf(host, port));

    /// <summary>File and line.</summary>
    public override string ToString() => $"{File}, line {Line}";

    /// <summary>True when the line is about the name, as <see cref="HostNames.NameOf"/> makes it.</summary>
    internal bool IsAbout(string name) => _names.Contains(name);

    /// <summary>True where the line speaks of more than one name.</summary>
    internal bool IsComplex => _names.IsComplex;

    /// <summary>True when this is the line's key.</summary>
    internal bool Holds(PublicKey key) => key.Blob.Span.SequenceEqual(_blob);

    /// <summary>The certificate that stands in a key's place: whoever revokes a host may paste what the host shows.</summary>
    internal Certificate? Certificate => Certificate.IsCertificateType(KeyType) && Certificate.TryParse(_blob, out Certificate? certificate, out _) ? certificate : null;

    /// <summary>The line's fault where its key turns out to be none: found when the key is needed, for a file may have thousands.</summary>
    internal KnownHostsFault? Fault
    {
        get
        {
            if (Key is not null || _fault is not { } fault || (fault.IsUnsupported && (!Certificate.IsCertificateType(KeyType) || Certificate is not null)))
                return null;
            return new KnownHostsFault(File, Line, fault.IsUnsupported ? "its certificate is damaged" : $"its key is damaged: {fault.Text}")
            {
                Names = _names,
                MayRevoke = Marker == KnownHostsMarker.Revoked,
            };
        }
    }
}

/// <summary>A known_hosts line that cannot be read.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line's number, from 1.</param>
/// <param name="Reason">Why, as the end of a sentence: <c>its key is no base64</c>.</param>
public sealed record KnownHostsFault(string File, int Line, string Reason)
{
    /// <summary>True where the line may have taken trust away: it is marked, and not as a certificate authority. To pass by such a
    /// line would accept what it forbids.</summary>
    public bool MayRevoke { get; internal init; }

    /// <summary>Whom it is about; null where that cannot be read either, and it may be about every host.</summary>
    internal HostNames? Names { get; init; }

    /// <summary>True where it may be about the name.</summary>
    internal bool MayBeAbout(string name) => Names?.Contains(name) ?? true;

    /// <summary>File, line and reason.</summary>
    public override string ToString() => $"{File}, line {Line}: {Reason}";
}
