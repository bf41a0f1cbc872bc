using System.Collections.Immutable;
using LucidSsh.Crypto;

namespace LucidSsh.Client;

/// <summary>What the known_hosts files say about one host, at one moment.</summary>
internal sealed class HostTrust
{
    private HostTrust(string name, string? bareName, ImmutableArray<KnownHostsFile> files)
    {
        (Name, Files) = (name, files);
        List<KnownHostsFault> faults = [];
        List<KnownHostsEntry> keys = [];
        List<KnownHostsEntry> bareKeys = [];
        List<KnownHostsEntry> authorities = [];
        List<KnownHostsEntry> revoked = [];
        foreach (KnownHostsFile file in files)
        {
            faults.AddRange(file.LineFaults);
            foreach (KnownHostsEntry entry in file.Entries)
            {
                bool byName = entry.IsAbout(name);
                if (!byName && (bareName is null || !entry.IsAbout(bareName)))
                    continue;
                if (entry.Fault is { } fault)
                    faults.Add(fault);
                else if (entry.Marker == KnownHostsMarker.Revoked)
                    revoked.Add(entry);
                else if (entry.Marker == KnownHostsMarker.CertAuthority)
                    authorities.Add(entry);
                else
                    (byName ? keys : bareKeys).Add(entry);
            }
        }

        (Keys, BareKeys, Authorities, Revoked, Faults) = ([.. keys], [.. bareKeys], [.. authorities], [.. revoked], [.. faults]);
        MayRevoke = faults.FirstOrDefault(fault => fault.MayRevoke && (fault.MayBeAbout(name) || (bareName is not null && fault.MayBeAbout(bareName))));
    }

    /// <summary>Reads the files.</summary>
    /// <exception cref="Wire.LocalMisuseException">One cannot be read, or the host's name is none.</exception>
    public static HostTrust Read(KnownHostsOptions options, string host, int port)
    {
        HostNames.Check(options.HostKeyAlias ?? host);
        string name = NameOf(options, host, port);
        string? bareName = options.HostKeyAlias is null && port != SshTarget.DefaultPort ? HostNames.Normalise(host) : null;
        return new HostTrust(name, bareName, [.. options.Files.Concat(options.GlobalFiles).Distinct().Select(KnownHostsFile.Read)]);
    }

    /// <summary>The name a host has in the files.</summary>
    public static string NameOf(KnownHostsOptions options, string host, int port) =>
        options.HostKeyAlias is { } alias ? HostNames.Normalise(alias) : HostNames.NameOf(host, port);

    /// <summary>The host's name in the files.</summary>
    public string Name { get; }

    /// <summary>The files, the user's first.</summary>
    public ImmutableArray<KnownHostsFile> Files { get; }

    /// <summary>The host's own keys.</summary>
    public ImmutableArray<KnownHostsEntry> Keys { get; }

    /// <summary>For another port than 22 the keys of the host without a port: one of them is as good, for who has the host's key is
    /// the host, but another does not mean that the key has changed.</summary>
    public ImmutableArray<KnownHostsEntry> BareKeys { get; }

    /// <summary>Those who may certify its keys.</summary>
    public ImmutableArray<KnownHostsEntry> Authorities { get; }

    /// <summary>What it must never be known by.</summary>
    public ImmutableArray<KnownHostsEntry> Revoked { get; }

    /// <summary>Lines that cannot be read, about whomever.</summary>
    public ImmutableArray<KnownHostsFault> Faults { get; }

    /// <summary>A line that cannot be read, and that may forbid what the host shows.</summary>
    public KnownHostsFault? MayRevoke { get; }

    /// <summary>The line that makes the key the host's, or null.</summary>
    public KnownHostsEntry? Find(PublicKey key) =>
        Keys.FirstOrDefault(entry => entry.Holds(key)) ?? (Keys.IsEmpty ? BareKeys.FirstOrDefault(entry => entry.Holds(key)) : null);

    /// <summary>The types of the keys it is known by.</summary>
    public IEnumerable<string> KeyTypes => (Keys.IsEmpty ? BareKeys : Keys).Select(entry => entry.KeyType);
}
