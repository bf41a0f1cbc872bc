using System.Collections.Immutable;
using System.Text;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>A known_hosts file in OpenSSH's format (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): plain, wildcard, negated and hashed
/// names, <c>[host]:port</c>, <c>@cert-authority</c> and <c>@revoked</c>. Lines that cannot be read are kept as they are, and named in
/// <see cref="Faults"/>.</summary>
public sealed class KnownHostsFile
{
    /// <summary>A file beyond this many bytes is refused: it is no known_hosts file.</summary>
    private const int MaximumBytes = 16 * 1024 * 1024;

    private readonly byte[] _content;
    private readonly ImmutableArray<KnownHostsFault> _faults;

    private KnownHostsFile(string path, byte[] content, bool exists)
    {
        (Path, _content, Exists) = (path, content, exists);
        ImmutableArray<KnownHostsEntry>.Builder entries = ImmutableArray.CreateBuilder<KnownHostsEntry>();
        ImmutableArray<KnownHostsFault>.Builder faults = ImmutableArray.CreateBuilder<KnownHostsFault>();
        int number = 0;
        foreach (Range line in Lines(content))
        {
            KnownHostsLine.Parse(Encoding.UTF8.GetString(content.AsSpan(line)).TrimStart('\ufeff'), path, ++number, out KnownHostsEntry? entry, out KnownHostsFault? fault);
            if (entry is not null)
                entries.Add(entry);
            if (fault is not null)
                faults.Add(fault);
        }

        (Entries, _faults) = (entries.ToImmutable(), faults.ToImmutable());
    }

    /// <summary><c>.ssh/known_hosts</c> in the user's home directory.</summary>
    public static string DefaultPath =>
        System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".ssh", "known_hosts");

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>True where there is such a file.</summary>
    internal bool Exists { get; }

    /// <summary>The lines that name hosts and a key, in the file's order.</summary>
    public ImmutableArray<KnownHostsEntry> Entries { get; }

    /// <summary>The lines that cannot be read, in the file's order.</summary>
    public ImmutableArray<KnownHostsFault> Faults =>
        [.. _faults.Concat(Entries.Select(entry => entry.Fault).OfType<KnownHostsFault>()).OrderBy(fault => fault.Line)];

    /// <summary>The same, but for lines that are damaged within the key itself: those are found when somebody looks at the key.</summary>
    internal ImmutableArray<KnownHostsFault> LineFaults => _faults;

    /// <summary>Reads a file; one that does not exist has no lines.</summary>
    /// <param name="path">The file; by default <see cref="DefaultPath"/>.</param>
    /// <exception cref="LocalMisuseException">The file cannot be read, has more than 16 MiB, or is no text of 8-bit characters.</exception>
    public static KnownHostsFile Read(string? path = null)
    {
        path ??= DefaultPath;
        byte[]? content = Load(path);
        // In UTF-16 every line would be unreadable, also those that take trust away.
        if (content.AsSpan().Contains((byte)0))
            throw Unusable(path, "read: it is not text in UTF-8", "Write it anew in UTF-8; Windows PowerShell's > and Out-File write UTF-16.");
        return new KnownHostsFile(path, content ?? [], content is not null);
    }

    /// <summary>The lines about a host, whatever their marker.</summary>
    /// <param name="host">A host name or an address.</param>
    /// <param name="port">The TCP port; for another than 22 the file's name of the host is <c>[host]:port</c>.</param>
    public ImmutableArray<KnownHostsEntry> Find(string host, int port = SshTarget.DefaultPort)
    {
        HostNames.Check(host);
        string name = HostNames.NameOf(host, port);
        return [.. Entries.Where(entry => entry.IsAbout(name))];
    }

    /// <summary>Adds a host's key at the end of a file, unless it is there already. Other processes may do the same at the same time:
    /// no line is lost or torn.</summary>
    /// <param name="path">The file; made, with its directory, where it does not exist, and then readable by its owner alone.</param>
    /// <param name="host">A host name or an address.</param>
    /// <param name="port">The TCP port.</param>
    /// <param name="key">The host's key.</param>
    /// <param name="hashed">Writes a hash in the name's place, as OpenSSH's HashKnownHosts, so that who reads the file does not learn
    /// which hosts the user knows.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False where the key was there already.</returns>
    /// <exception cref="LocalMisuseException">The host is no name of one host, or the file cannot be written.</exception>
    public static ValueTask<bool> AddAsync(
        string path, string host, int port, PublicKey key, bool hashed = false, CancellationToken cancellationToken = default)
    {
        HostNames.Check(host);
        string name = HostNames.NameOf(host, port);
        return KnownHostsWriter.ChangeAsync(
            path,
            file => file.Entries.Any(entry => entry.Marker == KnownHostsMarker.None && entry.Holds(key) && entry.IsAbout(name))
                ? KnownHostsChange.None
                : new KnownHostsChange([], [Line(name, key, hashed)]),
            TimeProvider.System,
            cancellationToken);
    }

    /// <summary>Removes a host's keys from a file. Lines about it with a marker stay, and so do lines that cannot be read. A line that
    /// names other hosts too goes as a whole, as with <c>ssh-keygen -R</c>.</summary>
    /// <param name="path">The file; keeps its mode, and a symbolic link stays one.</param>
    /// <param name="host">A host name or an address.</param>
    /// <param name="port">The TCP port.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was removed.</returns>
    /// <exception cref="LocalMisuseException">The host is no name of one host, or the file cannot be written.</exception>
    public static async ValueTask<ImmutableArray<KnownHostsEntry>> RemoveAsync(
        string path, string host, int port = SshTarget.DefaultPort, CancellationToken cancellationToken = default)
    {
        HostNames.Check(host);
        ImmutableArray<KnownHostsEntry> removed = [];
        await KnownHostsWriter.ChangeAsync(
            path,
            file =>
            {
                removed = [.. file.Find(host, port).Where(entry => entry.Marker == KnownHostsMarker.None)];
                return new KnownHostsChange([.. removed.Select(entry => entry.Line)], []);
            },
            TimeProvider.System,
            cancellationToken).ConfigureAwait(false);
        return removed;
    }

    /// <summary>A line as OpenSSH writes it, without its end.</summary>
    internal static string Line(string name, PublicKey key, bool hashed) =>
        $"{(hashed ? HostNames.HashOf(name, SystemRandom.Shared) : name)} {key.ToOpenSshLine()}";

    /// <summary>The whole file after a change: lines that stay are byte for byte what they were.</summary>
    internal byte[] With(KnownHostsChange change)
    {
        using MemoryStream changed = new(_content.Length + 1024);
        int number = 0;
        foreach (Range line in Lines(_content))
        {
            if (!change.Removed.Contains(++number))
                changed.Write(_content.AsSpan(line));
        }

        changed.Write(Appended(change));
        return changed.ToArray();
    }

    /// <summary>What goes behind the file's end: the added lines, after an end for a last line that has none.</summary>
    internal byte[] Appended(KnownHostsChange change)
    {
        bool open = _content.Length > 0 && _content[^1] != '\n';
        return Encoding.UTF8.GetBytes((open && change.Added.Length > 0 ? "\n" : "") + string.Concat(change.Added.Select(line => line + "\n")));
    }

    /// <summary>A file that cannot be used.</summary>
    internal static LocalMisuseException Unusable(string path, string what, string? remedy = null, Exception? inner = null) =>
        new(SshErrorCode.KnownHostsUnusable, $"The known_hosts file {path} cannot be {what}.", remedy, inner);

    // Each with its line end.
    private static IEnumerable<Range> Lines(byte[] content)
    {
        for (int start = 0; start < content.Length;)
        {
            int length = content.AsSpan(start).IndexOf((byte)'\n');
            int end = length < 0 ? content.Length : start + length + 1;
            yield return start..end;
            start = end;
        }
    }

    private static byte[]? Load(string path)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using MemoryStream content = new();
            byte[] part = new byte[64 * 1024];
            while (stream.Read(part) is > 0 and var count)
            {
                content.Write(part, 0, count);
                if (content.Length > MaximumBytes)
                    throw new IOException($"it has more than {MaximumBytes / 1024 / 1024} MiB");
            }

            return content.ToArray();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, $"read: {exception.Message.TrimEnd('.')}", inner: exception);
        }
    }
}
