using LucidSsh.Auth;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Agent;

/// <summary>Has an agent sign with one of its keys.</summary>
internal delegate Task<byte[]> AgentSigning(AgentKey key, string algorithm, ReadOnlyMemory<byte> data, CancellationToken cancellationToken);

/// <summary>A key that an agent holds: it signs, and only its public half is here.</summary>
public sealed class AgentKey : ISigner
{
    private readonly AgentSigning _sign;
    private readonly PublicKey? _publicKey;
    private readonly PublicKeyFault _fault;

    internal AgentKey(ReadOnlyMemory<byte> blob, string comment, AgentSigning sign)
    {
        (Blob, Comment, _sign) = (blob, TerminalText.OneLine(comment), sign);
        SshReader reader = new(blob.Span);
        Type = reader.Name("key type");
        if (Certificate.IsCertificateType(Type))
            Certificate = Certificate.TryParse(blob.Span, out Certificate? certificate, out _fault) ? certificate : null;
        else
            _publicKey = PublicKey.TryParse(blob.Span, out PublicKey? key, out _fault) ? key : null;
        _publicKey ??= Certificate?.Key;
    }

    /// <summary>The key as the agent names it: a public key's blob, or a certificate's.</summary>
    public ReadOnlyMemory<byte> Blob { get; }

    /// <summary>The blob's type, for example <c>ssh-ed25519</c>; empty where it has none.</summary>
    public string Type { get; }

    /// <summary>What the agent calls it, made safe for a terminal; mostly a file's path.</summary>
    public string Comment { get; }

    /// <summary>The certificate where the agent names a certificate's key: it then signs for the certificate; null for a plain key.</summary>
    public Certificate? Certificate { get; }

    /// <summary>False for a type that is not supported: such a key can be listed and removed, no more.</summary>
    public bool IsUsable => _publicKey is not null;

    /// <summary>The public key, plain: that of <see cref="Certificate"/> where there is one.</summary>
    /// <exception cref="LocalMisuseException">The type is not supported.</exception>
    public PublicKey PublicKey => _publicKey ?? throw new LocalMisuseException(
        SshErrorCode.KeyUnsupported, $"The agent's key \"{Comment}\" {(_fault.IsUnsupported ? _fault.Text : $"is malformed: {_fault.Text}")}.", _fault.Remedy);

    /// <summary>Has the agent sign.</summary>
    /// <param name="algorithm">One of the public key's <see cref="PublicKey.SignatureAlgorithms"/>.</param>
    /// <param name="data">What is signed.</param>
    /// <param name="cancellationToken">Gives up; the connection to the agent is then of no use any more.</param>
    /// <exception cref="SshException">The agent refused, or is gone.</exception>
    public async ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
        await _sign(this, algorithm, data, cancellationToken).ConfigureAwait(false);

    /// <summary>Fingerprint and comment.</summary>
    public override string ToString() =>
        $"{_publicKey?.Fingerprint ?? Type}{(Comment.Length > 0 ? $" \"{Comment}\"" : "")}";
}
