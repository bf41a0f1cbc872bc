using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>Reads lines: <c>[@marker] names type base64 [comment]</c>.</summary>
internal static class KnownHostsLine
{
    /// <summary>The longest line, in characters: a key of 16384 bits takes less than 4,000, and names the rest.</summary>
    public const int MaximumLength = 64 * 1024;

    private static readonly char[] Blanks = [' ', '\t'];

    /// <summary>Reads a line. A comment or an empty line is neither an entry nor a fault.</summary>
    public static void Parse(string text, string file, int number, out KnownHostsEntry? entry, out KnownHostsFault? fault)
    {
        (entry, fault) = (null, null);
        string line = text.Trim(' ', '\t', '\r', '\n');
        if (line.Length == 0 || line[0] == '#')
            return;
        HostNames? names = null;
        string? reason = line.Length > MaximumLength ? $"it is longer than {MaximumLength} characters"
            : line.Contains('\r', StringComparison.Ordinal) ? "there is a line end within it that only old Macs wrote"
            : Read(line, file, number, out names, out entry);
        if (reason is not null)
            fault = new KnownHostsFault(file, number, reason) { Names = names, MayRevoke = MayRevoke(line) };
    }

    // A marker that nobody knows may be a misspelt @revoked, or one that takes trust away in a way of its own.
    private static bool MayRevoke(string line) =>
        line.Contains("@revoked", StringComparison.OrdinalIgnoreCase)
        || (line[0] == '@' && !line.StartsWith("@cert-authority ", StringComparison.Ordinal) && !line.StartsWith("@cert-authority\t", StringComparison.Ordinal));

    private static string? Read(string line, string file, int number, out HostNames? names, out KnownHostsEntry? entry)
    {
        (names, entry) = (null, null);
        string rest = line;
        KnownHostsMarker marker = KnownHostsMarker.None;
        string? unknownMarker = null;
        if (line[0] == '@')
        {
            string word = Take(ref rest);
            marker = word switch
            {
                "@cert-authority" => KnownHostsMarker.CertAuthority,
                "@revoked" => KnownHostsMarker.Revoked,
                _ => KnownHostsMarker.None,
            };
            unknownMarker = marker == KnownHostsMarker.None ? word : null;
        }

        string hosts = Take(ref rest);
        if (hosts.StartsWith('@'))
            return "it has more than one marker";
        if (hosts.Length == 0)
            return "it names no host";
        if (!HostNames.TryParse(hosts, out names, out string? fault))
            return fault;
        if (unknownMarker is not null)
            return $"\"{TerminalText.OneLine(unknownMarker, 40)}\" is no marker that is known";

        string type = Take(ref rest);
        if (type.Length > 0 && type.All(char.IsAsciiDigit))
            return "its key is one of SSH version 1";
        string? wrong = ReadKey(type, Take(ref rest), out byte[] blob);
        if (wrong is null)
            entry = new KnownHostsEntry(file, number, marker, hosts, names, type, blob, rest);
        return wrong;
    }

    private static string? ReadKey(string type, string base64, out byte[] blob)
    {
        blob = [];
        if (base64.Length == 0 || base64[0] == '#')
            return "it ends before its key";
        byte[] bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out int length))
            return "its key is no base64";
        blob = bytes[..length];
        SshReader reader = new(blob);
        string named = reader.Name("key type");
        if (reader.Fault is not null)
            return "its key is cut off";
        return named == type ? null : $"it says that its key is of type {TerminalText.OneLine(type, 40)}, and the key says {named}";
    }

    private static string Take(ref string rest)
    {
        int end = rest.IndexOfAny(Blanks);
        string word = end < 0 ? rest : rest[..end];
        rest = end < 0 ? "" : rest[end..].TrimStart(Blanks);
        return word;
    }
}
