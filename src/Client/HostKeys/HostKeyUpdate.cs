using System.Collections.Immutable;
using LucidSsh.Crypto;

namespace LucidSsh.Client;

/// <summary>What a server's whole set of host keys means for the user's known_hosts file: which lines come, and which go. A pure function of
/// both (OpenSSH's UpdateHostKeys; ssh_config(5)).</summary>
/// <param name="New">Keys the file does not have; each must be proved before it is written.</param>
/// <param name="Gone">Lines whose key the server has no more.</param>
/// <param name="Refusal">Why nothing is changed, as a sentence's end; null where something is, or where all is as it should be.</param>
internal sealed record HostKeyUpdate(ImmutableArray<PublicKey> New, ImmutableArray<KnownHostsEntry> Gone, string? Refusal)
{
    private static readonly HostKeyUpdate Nothing = new([], [], null);

    /// <summary>Compares. Whatever is out of the ordinary changes nothing: then a person put the lines there, and means something by them.</summary>
    /// <param name="trust">What the files say about the host.</param>
    /// <param name="path">The user's first file.</param>
    /// <param name="current">The key the server proved itself with.</param>
    /// <param name="told">Every key the server told, as blobs.</param>
    /// <param name="accepted">Those of them that this side would accept as host keys.</param>
    public static HostKeyUpdate Plan(
        HostTrust trust, string path, PublicKey current, IReadOnlyCollection<byte[]> told, ImmutableArray<PublicKey> accepted)
    {
        ImmutableArray<KnownHostsEntry> mine = [.. trust.Keys.Where(entry => entry.File == path)];
        KnownHostsEntry[] marked = [.. trust.Authorities, .. trust.Revoked];
        if (marked.FirstOrDefault() is { } marker)
            return Refuse($"there is a line with a marker about this host ({marker})");
        if (trust.MayRevoke is { } damaged)
            return Refuse($"a line about this host cannot be read ({damaged})");
        if (!mine.Any(entry => entry.Holds(current)))
            return Refuse($"the host is not known by its key in {path}");
        if (trust.Keys.FirstOrDefault(entry => entry.IsComplex) is { } complex)
            return Refuse($"the host is known by a line that speaks of others too ({complex})");

        ImmutableArray<PublicKey> added = [.. accepted.Where(key => !trust.Keys.Any(entry => entry.Holds(key)))];
        ImmutableArray<KnownHostsEntry> gone = [.. mine.Where(entry => entry.Key is not null && !told.Any(blob => entry.KeyBlob.Span.SequenceEqual(blob)))];
        if (added.IsEmpty && gone.IsEmpty)
            return Nothing;

        // The same key under another name: several names of one host, and the others would not be updated with it.
        KnownHostsEntry? elsewhere = trust.Files.SelectMany(other => other.Entries).FirstOrDefault(entry =>
            !entry.IsAbout(trust.Name) && (added.Any(entry.Holds) || gone.Any(line => line.KeyBlob.Span.SequenceEqual(entry.KeyBlob.Span))));
        return elsewhere is null
            ? new HostKeyUpdate(added, gone, null)
            : Refuse($"a key of the host is known under another name ({elsewhere})");
    }

    private static HostKeyUpdate Refuse(string reason) => new([], [], reason);
}
