using System.Collections.Immutable;
using System.Text;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>What is done about a host that is not known.</summary>
public enum HostKeyAnswer
{
    /// <summary>The connection ends.</summary>
    Refuse,

    /// <summary>This connection goes on; the next one asks again.</summary>
    AcceptOnce,

    /// <summary>The connection goes on, and the host is known from now on.</summary>
    AcceptAndRemember,
}

/// <summary>Decides about a host that is not known: a person, or what knows the host's fingerprint. It may take its time: the time limit of
/// the handshake stands still meanwhile.</summary>
/// <param name="question">What the server shows, and what the files know.</param>
/// <param name="cancellationToken">The connection attempt ends.</param>
public delegate ValueTask<HostKeyAnswer> HostKeyAsker(HostKeyQuestion question, CancellationToken cancellationToken);

/// <summary>A host that is not known shows a key: everything one needs to decide. It is only asked where nothing speaks against the key: a
/// key that is not the known one, or a revoked one, is refused without a question.</summary>
public sealed class HostKeyQuestion
{
    internal HostKeyQuestion(PresentedHostKey presented, string name, ImmutableArray<KnownHostsEntry> sameKey, string? remembersIn)
    {
        (Presented, Name, KnownAs, RemembersIn) = (presented, name, sameKey, remembersIn);
    }

    /// <summary>The host, its port, its key, and the certificate that the key was shown in.</summary>
    public PresentedHostKey Presented { get; }

    /// <summary>The host's name in the files: <c>host</c>, <c>[host]:port</c>, or the alias.</summary>
    public string Name { get; }

    /// <summary>The key: its type, size and fingerprint.</summary>
    public PublicKey Key => Presented.Key;

    /// <summary>Lines that know the same key under another name: the same host perhaps, by another of its names.</summary>
    public ImmutableArray<KnownHostsEntry> KnownAs { get; }

    /// <summary>The file that <see cref="HostKeyAnswer.AcceptAndRemember"/> writes to; null where there is none.</summary>
    public string? RemembersIn { get; }

    /// <summary>The question for a person, in lines without the last line's end; what to answer with is the asker's to say.</summary>
    public string Text
    {
        get
        {
            StringBuilder text = new();
            text.Append($"The host {TerminalText.OneLine(Name)} is not known yet.\nIts {Key.Type} key has the fingerprint {Key.Fingerprint}.");
            if (Presented.Certificate is { } certificate)
                text.Append($"\nThe key has a certificate, signed by {certificate.SignatureKey.Type} {certificate.SignatureKey.Fingerprint}, which is not trusted for this host.");
            if (KnownAs.IsEmpty)
                text.Append("\nThis key is known under no other name.");
            foreach (KnownHostsEntry entry in KnownAs.Take(Shown))
                text.Append($"\nThis key is known as {(entry.IsHashed ? "a name that is hashed" : TerminalText.OneLine(entry.Hosts))} ({entry}).");
            if (KnownAs.Length > Shown)
                text.Append($"\nIt is known under {KnownAs.Length - Shown} more names.");
            return text.ToString();
        }
    }

    private const int Shown = 5;

    /// <summary>True when somebody typed this key's fingerprint, with or without <c>SHA256:</c>.</summary>
    public bool IsFingerprint(string typed)
    {
        ArgumentNullException.ThrowIfNull(typed);
        string bare = typed.Trim().TrimEnd('=');
        return bare == Key.Fingerprint || $"SHA256:{bare}" == Key.Fingerprint;
    }
}
