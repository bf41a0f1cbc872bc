using System.Globalization;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary>Numbers of bytes as people write and read them.</summary>
internal static class ByteCount
{
    /// <summary>A number with K, M or G (1024 each) behind it, or none.</summary>
    public static long Parse(string text)
    {
        long unit = char.ToUpperInvariant(text.LastOrDefault()) switch { 'K' => 1L << 10, 'M' => 1L << 20, 'G' => 1L << 30, _ => 1 };
        string digits = unit == 1 ? text : text[..^1];
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0 && number <= long.MaxValue / unit
            ? number * unit
            : throw new LocalMisuseException(SshErrorCode.Misuse, $"\"{text}\" is no number of bytes.", "Write digits, and K, M or G behind them.");
    }

    /// <summary>For example <c>1.5 MiB</c>.</summary>
    public static string Format(long bytes) => bytes switch
    {
        < 1L << 10 => $"{bytes} B",
        < 1L << 20 => $"{bytes / 1024.0:0.#} KiB",
        < 1L << 30 => $"{bytes / (1024.0 * 1024):0.#} MiB",
        _ => $"{bytes / (1024.0 * 1024 * 1024):0.##} GiB",
    };
}
