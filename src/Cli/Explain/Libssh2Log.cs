using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using LucidSsh.Iris;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary>Reads what libssh2 traces (also as an IRIS log file), an IRIS status, or one of their numbers. libssh2 writes its own lists
/// into the trace but not the server's; where bit 2 was on, they are in the bytes it dumps.</summary>
internal sealed partial class Libssh2Log
{
    private static readonly (string Mark, Func<KexInit, ImmutableArray<string>, KexInit> Set)[] Lists =
    [
        ("KEX", (init, list) => init with { KexAlgorithms = list }),
        ("HOSTKEY", (init, list) => init with { ServerHostKeyAlgorithms = list }),
        ("CRYPT_CS", (init, list) => init with { EncryptionClientToServer = list }),
        ("CRYPT_SC", (init, list) => init with { EncryptionServerToClient = list }),
        ("MAC_CS", (init, list) => init with { MacClientToServer = list }),
        ("MAC_SC", (init, list) => init with { MacServerToClient = list }),
        ("COMP_CS", (init, list) => init with { CompressionClientToServer = list }),
        ("COMP_SC", (init, list) => init with { CompressionServerToClient = list }),
    ];

    private readonly List<Remark> _remarks = [];
    private readonly List<byte> _dump = [];
    private NegotiationReport _report = new();
    private KexInit? _client;
    private KexInit? _server;
    private bool _dumpIsReceived;
    private bool _isTrace;
    private bool _passwordShown;
    private int _wouldBlock;

    /// <summary>Explains such a text; null where it is none.</summary>
    public static Explanation? TryExplain(string text)
    {
        if (BareNumber(text.Trim()) is { } number)
            return Explanation.Of("a number of libssh2 or IRIS", null, [Of(number, "")]);
        Libssh2Log log = new();
        foreach (string line in text.Split('\n'))
            log.Read(line.TrimEnd());
        return log.Finish();
    }

    private static Libssh2Number? BareNumber(string text)
    {
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
            return Libssh2Number.Find(number) ?? Libssh2Number.FindIris(unchecked((uint)number));
        string digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        return digits.Length == 8 && uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint code) ? Libssh2Number.FindIris(code) : null;
    }

    private static Remark Of(Libssh2Number number, string text)
    {
        string said = text.Length > 0 ? $" under the text \"{TerminalText.OneLine(text)}\"" : "";
        return new Remark(
            $"libssh2{number.Value}", number.Value == -37 ? RemarkSeverity.Note : RemarkSeverity.Failure,
            $"{number.Value} (LIBSSH2_ERROR_{number.Name}, in IRIS {number.IrisCode:X8}){said}: {number.Means}", number.Check);
    }

    private Explanation? Finish()
    {
        EndDump();
        if (!_isTrace && _remarks.Count == 0)
            return null;
        if (_client is not null && _server is not null)
            _report = _report.Negotiate(_client, _server);
        else if (_remarks.Any(remark => remark.Code == "libssh2-5"))
            _remarks.Add(new Remark("no-server-lists", RemarkSeverity.Warning, "The text does not hold the server's lists: libssh2 writes only its own.", "`lucid probe HOST:PORT` gets them; in a trace with bit 2 (511) they are in the dumped bytes, which this command decodes."));
        if (_wouldBlock > 0)
            _remarks.Add(new Remark("would-block", RemarkSeverity.Note, $"{_wouldBlock} lines with -37 are no failures: libssh2 only had to wait for the network.", null));
        if (_passwordShown)
            _remarks.Add(new Remark("password-in-log", RemarkSeverity.Warning, "The text holds a password: libssh2 dumps the login request as it is.", "Do not pass it on, and change the password."));
        bool isSeen = _report.ClientVersion is not null || _report.ServerVersion is not null || _report.Algorithms.Length > 0;
        return Explanation.Of(_isTrace ? "a trace of libssh2" : "an IRIS status", isSeen ? _report : null, _remarks);
    }

    private void Read(string line)
    {
        if (DumpLine().Match(line) is { Success: true } bytes)
        {
            foreach (string pair in bytes.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                _dump.Add(byte.Parse(pair, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            return;
        }

        if (DumpHead().Match(line) is { Success: true } head)
        {
            EndDump();
            _dumpIsReceived = head.Groups[1].Value.Contains("read", StringComparison.Ordinal);
            return;
        }

        foreach (Match status in Status().Matches(line))
        {
            if (Libssh2Number.FindIris(uint.Parse(status.Groups[1].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)) is { } number
                && !_remarks.Any(remark => remark.Code == $"libssh2{number.Value}"))
            {
                _remarks.Add(Of(number, status.Groups[2].Value.Trim()));
            }
        }

        if (TraceLine().Match(line) is not { Success: true } trace)
            return;
        _isTrace = true;
        ReadTrace(trace.Groups["text"].Value);
    }

    private void ReadTrace(string text)
    {
        if (Failure().Match(text) is { Success: true } failure)
        {
            int value = int.Parse(failure.Groups[1].Value, CultureInfo.InvariantCulture);
            if (value == -37)
                _wouldBlock++;
            else if (Libssh2Number.Find(value) is { } number)
                _remarks.Add(Of(number, failure.Groups[2].Value));
        }
        else if (Banner().Match(text) is { Success: true } banner)
        {
            string version = TerminalText.OneLine(banner.Groups[2].Value);
            _report = banner.Groups[1].Value == "Sending" ? _report with { ClientVersion = version } : _report with { ServerVersion = version };
        }
        else if (Disconnect().Match(text) is { Success: true } disconnect)
        {
            _remarks.Add(new Remark("disconnected", RemarkSeverity.Failure, $"The server ended the connection, reason {disconnect.Groups[1].Value}: \"{TerminalText.OneLine(disconnect.Groups[2].Value)}\".", "Do what it says, or look into its log."));
        }
        else if (Sent().Match(text) is { Success: true } sent)
        {
            foreach ((string mark, Func<KexInit, ImmutableArray<string>, KexInit> set) in Lists)
            {
                if (mark == sent.Groups[1].Value)
                    _client = set(_client ?? new KexInit(), NameListText.Parse(sent.Groups[2].Value));
            }
        }
    }

    // The bytes of one packet, without its frame: the number first.
    private void EndDump()
    {
        if (_dump is [(byte)MessageNumber.KexInit, ..])
        {
            try
            {
                KexInit init = Message.Decode<KexInit>([.. _dump]);
                if (_dumpIsReceived)
                    _server ??= init;
                else
                    _client ??= init;
                _isTrace = true;
            }
            catch (SshException)
            {
                // The dump was cut, or is of something else.
            }
        }

        _passwordShown |= _dump is [(byte)MessageNumber.UserAuthRequest, ..] && !_dumpIsReceived
            && System.Text.Encoding.Latin1.GetString([.. _dump]).Contains("\0\0\0\bpassword", StringComparison.Ordinal);
        _dump.Clear();
    }

    [GeneratedRegex(@"\[(?:F{8})?(801010[0-9A-F]{2})\](?::\s*([^\[]*))?", RegexOptions.IgnoreCase)]
    private static partial Regex Status();

    [GeneratedRegex(@"\[libssh2\] \d+\.\d+ (?:Unknown|Transport|Key Ex|Userauth|Conn|SCP|SFTP|Failure Event|Publickey|Socket): (?<text>.*)$")]
    private static partial Regex TraceLine();

    [GeneratedRegex(@"^(-\d{1,3}) - (.*)$")]
    private static partial Regex Failure();

    [GeneratedRegex(@"^(Sending|Received) Banner: (.*)$")]
    private static partial Regex Banner();

    [GeneratedRegex(@"^Disconnect\((\d+)\): (.*?)(?:\([\w-]*\))?$")]
    private static partial Regex Disconnect();

    [GeneratedRegex(@"^Sent ([A-Z_]+): (.*)$")]
    private static partial Regex Sent();

    [GeneratedRegex(@"=> (\S+) ?\S* ?\S* ?\(\d+ bytes\)")]
    private static partial Regex DumpHead();

    [GeneratedRegex(@"^(?:\[libssh2\] )?[0-9a-f]{4,8}: ((?:[0-9A-F]{2}  ?){1,16})\s*: ", RegexOptions.IgnoreCase)]
    private static partial Regex DumpLine();
}
