using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary>What <c>--trace MASK[:FILE]</c> and <c>--trace-format</c> ask for.</summary>
internal static class TraceArgument
{
    private const int LargestMask = 1023;

    /// <summary>Opens the sink: the file, or standard error.</summary>
    /// <exception cref="LocalMisuseException">No such mask or format, or the file cannot be opened.</exception>
    public static TraceSink Open(string text, string formatName)
    {
        TraceFormat format = formatName switch
        {
            "text" => TraceFormat.Text,
            "jsonl" => TraceFormat.JsonLines,
            _ => throw new LocalMisuseException(SshErrorCode.Misuse, $"\"{formatName}\" is no trace format.", "Known: text, jsonl."),
        };
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (!int.TryParse(colon < 0 ? text : text[..colon], out int mask) || mask is < 0 or > LargestMask)
        {
            throw new LocalMisuseException(
                SshErrorCode.Misuse,
                $"\"{text}\" is no trace mask.",
                "Write a number from 0 to 1023, and :FILE behind it for a file; 511 is all but the socket.");
        }

        return colon < 0
            ? TraceSink.ToWriter(Console.Error, (TraceMask)mask, format)
            : OpenFile(text[(colon + 1)..], new TraceFileOptions { Mask = (TraceMask)mask, Format = format });
    }

    private static TraceSink OpenFile(string path, TraceFileOptions options)
    {
        try
        {
            return TraceSink.ToFile(path, options);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LocalMisuseException(SshErrorCode.Misuse, $"The trace cannot be written to {path}: {exception.Message}", inner: exception);
        }
    }
}
