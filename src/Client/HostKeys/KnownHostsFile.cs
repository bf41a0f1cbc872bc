using System.Text;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>A known_hosts file in OpenSSH's format (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): plain, wildcard, negated and hashed
/// names, <c>[host]:port</c>, <c>@revoked</c>. Lines it does not understand are kept as they are and match nothing.</summary>
internal sealed class KnownHostsFile
{
    /// <summary>A file beyond this many bytes is refused: it is no known_hosts file.</summary>
    private const long MaximumBytes = 16 * 1024 * 1024;

    private KnownHostsFile(string path, List<KnownHostsLine> lines) => (Path, Lines) = (path, lines);

    /// <summary><c>.ssh/known_hosts</c> in the user's home directory.</summary>
    public static string DefaultPath =>
        System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".ssh", "known_hosts");

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The lines that name a host and a key, in the file's order.</summary>
    public IReadOnlyList<KnownHostsLine> Lines { get; }

    /// <summary>Reads a file; one that does not exist has no lines.</summary>
    /// <exception cref="LocalMisuseException">The file cannot be read.</exception>
    public static KnownHostsFile Read(string path)
    {
        List<KnownHostsLine> lines = [];
        try
        {
            FileInfo file = new(path);
            if (!file.Exists)
                return new KnownHostsFile(path, lines);
            if (file.Length > MaximumBytes)
                throw new IOException($"it has {file.Length} bytes, more than any known_hosts file");
            int number = 0;
            foreach (string text in File.ReadLines(path, Encoding.UTF8))
            {
                number++;
                if (KnownHostsLine.TryParse(text, number, out KnownHostsLine? line))
                    lines.Add(line);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LocalMisuseException(SshErrorCode.KnownHostsUnusable, $"The known_hosts file {path} cannot be read: {exception.Message}", inner: exception);
        }

        return new KnownHostsFile(path, lines);
    }

    /// <summary>Adds a host at the end of the file, in one write, so that concurrent processes do not mix their lines.</summary>
    /// <exception cref="LocalMisuseException">The file cannot be written.</exception>
    public static void Append(string path, string host, int port, PublicKey key)
    {
        try
        {
            string? directory = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path));
            if (directory is not null && !Directory.Exists(directory))
                CreatePrivateDirectory(directory);
            FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using FileStream stream = new(path, options);
            string newline = "";
            if (stream.Length > 0)
            {
                stream.Seek(-1, SeekOrigin.End);
                newline = stream.ReadByte() == '\n' ? "" : "\n";
            }

            stream.Seek(0, SeekOrigin.End);
            stream.Write(Encoding.UTF8.GetBytes($"{newline}{HostName(host, port)} {key.ToOpenSshLine(null)}\n"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LocalMisuseException(SshErrorCode.KnownHostsUnusable, $"The known_hosts file {path} cannot be written: {exception.Message}", inner: exception);
        }
    }

    /// <summary>The name a host has in the file: bare for port 22, else <c>[host]:port</c>.</summary>
    public static string HostName(string host, int port) => port == 22 ? Normalise(host) : $"[{Normalise(host)}]:{port}";

    private static string Normalise(string host) => host.Trim('[', ']').ToLowerInvariant();

    private static void CreatePrivateDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(directory);
        else
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
