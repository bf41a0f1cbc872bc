using System.CommandLine;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary>What is kept of a connection: the trace, and a recording with its secrets.</summary>
internal sealed class RecordingArguments : IDisposable
{
    private readonly Option<string?> _trace = new("--trace") { Description = "trace events of this mask (511: all but the socket), to standard error or a file", HelpName = "MASK[:FILE]" };
    private readonly Option<string> _traceFormat = new("--trace-format") { Description = "text or jsonl", HelpName = "FORMAT", DefaultValueFactory = _ => "text" };
    private readonly Option<string?> _capture = new("--capture")
    {
        Description = "record the connection for Wireshark (pcapng); WITH ITS SECRETS: whoever has the file can read everything",
        HelpName = "FILE",
    };

    private readonly Option<string?> _keyLog = new("--key-log")
    {
        Description = "append the connection's secrets to a key log for Wireshark: whoever has the file can read everything",
        HelpName = "FILE",
    };

    private TraceSink? _sink;
    private PacketCapture? _recording;

    /// <summary>The options, for a subcommand.</summary>
    public IEnumerable<Option> All => [_trace, _traceFormat, _capture, _keyLog];

    public void Dispose()
    {
        _sink?.Dispose();
        _recording?.Dispose();
    }

    /// <summary>Where the trace goes; null where none is wanted.</summary>
    public TraceSink? Trace(ParseResult arguments) =>
        arguments.GetValue(_trace) is { } text ? _sink ??= TraceArgument.Open(text, arguments.GetValue(_traceFormat)!) : null;

    /// <summary>The recording; null where none is wanted. Its warning stands where nobody who looks can miss it.</summary>
    public PacketCapture? Capture(ParseResult arguments)
    {
        (string? capture, string? keyLog) = (arguments.GetValue(_capture), arguments.GetValue(_keyLog));
        if (capture is not null && keyLog is not null)
            throw new LocalMisuseException(SshErrorCode.Misuse, "--capture and --key-log were both given.", "A capture holds the key log's lines already.");
        if ((capture ?? keyLog) is not { } file)
            return null;
        if (_recording is null)
            Console.Error.WriteLine($"lucid: warning: {file} gets this connection's secrets: whoever has it can read everything, passwords included.");
        return _recording ??= capture is not null ? PacketCapture.ToPcapng(file) : PacketCapture.ToKeyLog(file);
    }
}
