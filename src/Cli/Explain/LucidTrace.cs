using System.Collections.Immutable;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary>Explains a recorded trace of ours, JSON Lines or text: its last connection.</summary>
internal static class LucidTrace
{
    /// <summary>Explains such a text; null where it is none.</summary>
    public static Explanation? TryExplain(string text)
    {
        using StringReader reader = new(text);
        ImmutableArray<TraceRecord> records = TraceRecording.Read(reader);
        if (records.IsEmpty)
            return null;
        TraceRecord[] last = [.. records.Where(record => record.Connection == records[^1].Connection)];
        bool isServer = IsServer(last);
        return Explanation.Of($"a trace of Lucid SSH ({(isServer ? "the server's side" : "the client's side")})", Report(last, isServer), last.Select(Remark).OfType<Remark>());
    }

    // A text does not say whose it is; the markers of the KEXINIT that was sent do.
    private static bool IsServer(TraceRecord[] records) =>
        records.FirstOrDefault(record => record.Role.Length > 0) is { } known
            ? known.Role == "server"
            : KexInitOf(records, sent: true) is { } init && init.KexAlgorithms.Contains(KexMarkers.StrictServer);

    private static NegotiationReport? Report(TraceRecord[] records, bool isServer)
    {
        string? ours = records.FirstOrDefault(record => record.Event == "identification sent")?.Members.FirstOrDefault().Value;
        string? theirs = records.FirstOrDefault(record => record.Event == "identification received")?.Members.FirstOrDefault().Value;
        NegotiationReport report = new()
        {
            ClientVersion = isServer ? theirs : ours,
            ServerVersion = isServer ? ours : theirs,
        };
        if (records.FirstOrDefault(record => record.Event == "host key") is { } key)
        {
            report = report with
            {
                HostKey = new HostKeyReport(key["type"] ?? "", "") { Sha256 = key["fingerprint"] ?? "", Bits = int.TryParse(key["bits"], out int bits) ? bits : 0 },
            };
        }

        (KexInit? sent, KexInit? received) = (KexInitOf(records, sent: true), KexInitOf(records, sent: false));
        if (sent is not null && received is not null)
            report = report.Negotiate(isServer ? received : sent, isServer ? sent : received);
        return ours is null && theirs is null && report.Algorithms.IsEmpty ? null : report;
    }

    private static KexInit? KexInitOf(TraceRecord[] records, bool sent)
    {
        TraceRecord? record = records.FirstOrDefault(record => record.Event == (sent ? "message sent" : "message received") && record["message"] == "KEXINIT");
        if (record is null)
            return null;
        ImmutableArray<string> List(string name) => NameListText.Parse(record.Field(name) ?? "");
        return new KexInit
        {
            KexAlgorithms = List("kex_algorithms"),
            ServerHostKeyAlgorithms = List("server_host_key_algorithms"),
            EncryptionClientToServer = List("encryption_algorithms_client_to_server"),
            EncryptionServerToClient = List("encryption_algorithms_server_to_client"),
            MacClientToServer = List("mac_algorithms_client_to_server"),
            MacServerToClient = List("mac_algorithms_server_to_client"),
            CompressionClientToServer = List("compression_algorithms_client_to_server"),
            CompressionServerToClient = List("compression_algorithms_server_to_client"),
            LanguagesClientToServer = List("languages_client_to_server"),
            LanguagesServerToClient = List("languages_server_to_client"),
            FirstKexPacketFollows = record.Field("first_kex_packet_follows") == "true",
        };
    }

    private static Remark? Remark(TraceRecord record)
    {
        switch (record.Event)
        {
            case "failure":
                string? remedy = int.TryParse(record["code"], out int number) && Enum.IsDefined((SshErrorCode)number) ? SshErrorCatalogue.Of((SshErrorCode)number).Remedy : null;
                return new Remark($"lucid{number}", RemarkSeverity.Failure, TerminalText.OneLine(record["sentence"] ?? "It failed.", 4000), remedy);
            case "disconnect received":
                return new Remark("disconnected", RemarkSeverity.Failure, $"The other side ended the connection ({record["reason"]}): \"{TerminalText.OneLine(record["text"] ?? "")}\".", "Do what it says, or look into its log.");
            case "debug message":
                return new Remark("debug-message", RemarkSeverity.Note, $"The other side said for whom it may concern: \"{TerminalText.OneLine(record["text"] ?? "")}\".", null);
            default:
                return null;
        }
    }
}
