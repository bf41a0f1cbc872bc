using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;
using LucidSsh.Auth;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>HTTP CONNECT (RFC 9110 section 9.3.6) with basic authentication (RFC 7617).</summary>
internal sealed class HttpProxy : TcpProxy
{
    // All header sections of an answer, those of interim ones included.
    private const int LongestAnswer = 64 * 1024;
    private const int ProxyAuthenticationRequired = 407;

    public HttpProxy(SshTarget address, PasswordCredential? password)
        : base(address, password)
    {
        if (address.User is { } user && (user.Contains(':', StringComparison.Ordinal) || user.Any(char.IsControl)))
            throw new LocalMisuseException(SshErrorCode.Misuse, "A user name for basic authentication has no colon and no control characters (RFC 7617).");
    }

    protected override string Protocol => "HTTP";

    protected override async Task NegotiateAsync(IDuplexPipe pipe, SshTarget target, CancellationToken cancellationToken)
    {
        string where = HostAddress.WithPort(target.Host, target.Port);
        byte[] request = Request(where);
        try
        {
            await pipe.Output.WriteAsync(request, cancellationToken).ConfigureAwait(false); // by itself, so that no buffer keeps it
        }
        finally
        {
            ConstantTime.Zero(request.AsSpan());
        }

        HttpProxyAnswer answer;
        int left = LongestAnswer;
        do
        {
            string head = await ReadHeadAsync(pipe.Input, left, cancellationToken).ConfigureAwait(false);
            left -= head.Length;
            answer = HttpProxyAnswer.Parse(head) ?? throw Misbehaved($"The proxy's answer begins with \"{TerminalText.OneLine(head, 60)}\", which is no status line of HTTP.");
        }
        while (answer.Status is >= 100 and < 200); // interim (RFC 9110 section 15.2)

        if (answer.Status is >= 200 and < 300)
            return; // whatever it says of a body, there is none (RFC 9110 section 9.3.6)
        throw Refused(
            $"The proxy did not connect to {where}: {answer.Status} {answer.Reason}{(answer.Status == ProxyAuthenticationRequired ? answer.Challenges : "")}.",
            Remedy(answer));
    }

    // The head of one answer, up to its empty line; what follows it stays in the pipe.
    private async Task<string> ReadHeadAsync(PipeReader input, int most, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = read.Buffer;
            if (EndOfHead(buffer, most) is { } end)
            {
                string head = Encoding.Latin1.GetString(buffer.Slice(0, end));
                input.AdvanceTo(end);
                return head;
            }

            byte[] first = buffer.Slice(0, Math.Min(buffer.Length, 80)).ToArray();
            input.AdvanceTo(buffer.Start, buffer.End);
            if (!"HTTP/"u8.StartsWith(first.AsSpan(0, Math.Min(first.Length, 5))))
                throw Misbehaved($"The proxy's answer begins with \"{TerminalText.OneLine(Encoding.Latin1.GetString(first), 60)}\", which is no HTTP.");
            if (buffer.Length >= most)
                throw Misbehaved($"The proxy's answer has more than {LongestAnswer / 1024} KiB of header fields.");
            if (read.IsCompleted)
            {
                string seen = first.Length == 0 ? "without an answer" : "in the middle of its answer";
                throw new TransportLostException(SshErrorCode.ConnectionLost, $"The proxy closed the connection {seen}.", "Its log says why: it may not let this address in.");
            }
        }
    }

    // Behind the first empty line; a bare LF ends a line too (RFC 9112 section 2.2).
    private static SequencePosition? EndOfHead(ReadOnlySequence<byte> buffer, int most)
    {
        SequenceReader<byte> reader = new(buffer.Slice(0, Math.Min(buffer.Length, most)));
        while (reader.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
        {
            if (line.IsEmpty || (line.Length == 1 && line.FirstSpan[0] == '\r'))
                return reader.Position;
        }

        return null;
    }

    private byte[] Request(string where)
    {
        // The authority form (RFC 9112 section 3.2.3); HTTP/1.1 wants a Host field, too.
        byte[] begin = Encoding.UTF8.GetBytes($"CONNECT {where} HTTP/1.1\r\nHost: {where}\r\n");
        if (Address.User is not { } user)
            return [.. begin, .. "\r\n"u8];
        ReadOnlySpan<byte> password = Password is null ? default : Password.Utf8;
        byte[] name = Encoding.UTF8.GetBytes(user + ":");
        ReadOnlySpan<byte> field = "Proxy-Authorization: Basic "u8;
        int encoded = Base64.GetMaxEncodedToUtf8Length(name.Length + password.Length);
        byte[] request = GC.AllocateArray<byte>(begin.Length + field.Length + encoded + 4, pinned: true);
        begin.CopyTo(request, 0);
        field.CopyTo(request.AsSpan(begin.Length));
        Span<byte> secret = request.AsSpan(begin.Length + field.Length);
        name.CopyTo(secret);
        password.CopyTo(secret[name.Length..]);
        Base64.EncodeToUtf8InPlace(secret, name.Length + password.Length, out int written);
        "\r\n\r\n"u8.CopyTo(secret[written..]);
        return request;
    }

    private string Remedy(HttpProxyAnswer answer) => answer.Status switch
    {
        ProxyAuthenticationRequired when Address.User is null => "Give a user name and a password for the proxy.",
        ProxyAuthenticationRequired when !answer.OffersBasic => "It wants a login that is not spoken here (Basic alone is); ask its administrator.",
        ProxyAuthenticationRequired => "Check the proxy's user name and password; they are not the server's.",
        400 or 405 or 501 => "It may be no proxy but a web server, or one that forbids CONNECT.",
        403 => "It forbids this target or port (tinyproxy: ConnectPort, Filter; squid: SSL_ports): its administrator has to allow it.",
        502 or 503 or 504 or 500 => "Seen from the proxy, the target does not answer: check its name and port.",
        _ => "Its log says more.",
    };
}

/// <summary>What an answer's head says.</summary>
internal sealed record HttpProxyAnswer(int Status, string Reason, string Challenges, bool OffersBasic)
{
    /// <summary>Reads a status line and the fields behind it; null where it is none.</summary>
    public static HttpProxyAnswer? Parse(string head)
    {
        string[] lines = head.Split('\n', StringSplitOptions.TrimEntries);
        string[] status = lines[0].Split(' ', 3);
        if (!status[0].StartsWith("HTTP/1.", StringComparison.Ordinal) || status.Length < 2 || status[1].Length != 3 || !int.TryParse(status[1], out int code))
            return null;
        string[] schemes = [.. lines.Skip(1)
            .Where(line => line.StartsWith("Proxy-Authenticate:", StringComparison.OrdinalIgnoreCase))
            .Select(line => TerminalText.OneLine(line["Proxy-Authenticate:".Length..], 80))];
        return new HttpProxyAnswer(
            code,
            TerminalText.OneLine(status.Length == 3 ? status[2] : "without a reason", 120),
            schemes.Length == 0 ? "" : $" (it wants: {string.Join("; ", schemes)})",
            schemes.Any(scheme => scheme.StartsWith("Basic", StringComparison.OrdinalIgnoreCase)));
    }
}
