using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Iris;

/// <summary>IRIS's text form of algorithms: <c>category=name,name:category=…</c> with the categories KEX, HOSTKEY, CRYPT, MAC, COMP.</summary>
internal static class AlgorithmText
{
    public static AlgorithmPreferences Parse(string text, AlgorithmPreferences defaults)
    {
        AlgorithmPreferences preferences = defaults;
        foreach (string part in text.Split(':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string list = equals < 0 ? "" : part[(equals + 1)..];
            preferences = (equals < 0 ? part : part[..equals]).ToUpperInvariant() switch
            {
                "KEX" => preferences.Apply(keyExchange: list),
                "HOSTKEY" => preferences.Apply(hostKeys: list),
                "CRYPT" => preferences.Apply(ciphers: list),
                "MAC" => preferences.Apply(macs: list),
                "COMP" => preferences.Apply(compression: list),
                { } other => throw new LocalMisuseException(
                    SshErrorCode.Misuse, $"\"{other}\" is no category of algorithms.", "Known: KEX, HOSTKEY, CRYPT, MAC, COMP."),
            };
        }

        return preferences;
    }

    public static string Format(NegotiationReport report)
    {
        return string.Join(':',
            $"KEX={report.Chosen(AlgorithmKind.KeyExchange)}",
            $"HOSTKEY={report.Chosen(AlgorithmKind.HostKey)}",
            $"CRYPT={Both(AlgorithmKind.CipherClientToServer, AlgorithmKind.CipherServerToClient)}",
            $"MAC={Both(AlgorithmKind.MacClientToServer, AlgorithmKind.MacServerToClient)}",
            $"COMP={Both(AlgorithmKind.CompressionClientToServer, AlgorithmKind.CompressionServerToClient)}");

        string? Both(AlgorithmKind one, AlgorithmKind other) =>
            report.Chosen(one) == report.Chosen(other) ? report.Chosen(one) : $"{report.Chosen(one)},{report.Chosen(other)}";
    }
}
