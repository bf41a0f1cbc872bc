using LucidSsh.Wire;

namespace LucidSsh.Sftp;

/// <summary>An SFTP operation failed: the server said so, or broke the protocol.</summary>
public sealed class SftpException : SshException
{
    private SftpException(SshErrorCode code, SshFault fault, string sentence, string? remedy, Exception? inner = null)
        : base(code, fault, sentence, remedy, inner)
    {
    }

    /// <summary>What the server answered; null where it is not about an answer.</summary>
    public SftpStatusCode? Status { get; private init; }

    /// <summary>The text the server sent with the status, made safe for a terminal; empty where there is none.</summary>
    public string ServerText { get; private init; } = "";

    /// <summary>The remote path it is about; null where there is none.</summary>
    public string? Path { get; private init; }

    /// <summary>After a failed upload: how many bytes from the file's beginning the server has acknowledged without a gap.</summary>
    public long? BytesOnServer { get; private init; }

    /// <summary>The server refused.</summary>
    /// <param name="operation">What was asked for, after "to": <c>open "/x" for reading</c>.</param>
    /// <param name="path">The path, or null.</param>
    /// <param name="status">The code.</param>
    /// <param name="text">The server's text.</param>
    internal static SftpException Refused(string operation, string? path, SftpStatusCode status, string text)
    {
        string shown = TerminalText.OneLine(text);
        string said = shown.Length == 0 ? $"SFTP status {(int)status}" : $"SFTP status {(int)status}, \"{shown}\"";
        return new SftpException(
            SshErrorCode.SftpStatus, SshFault.Refused, $"The server refused to {operation}: {SftpStatusCodes.Describe(status)} ({said}).", Advice(operation, path, status))
        {
            Status = status,
            ServerText = TerminalText.Sanitize(text),
            Path = path,
        };
    }

    internal static SftpException Protocol(string sentence) => new(SshErrorCode.SftpProtocol, SshFault.Peer, sentence, null);

    internal static SftpException Unavailable(string sentence, string? remedy) => new(SshErrorCode.SftpUnavailable, SshFault.Peer, sentence, remedy);

    internal static SftpException UnsafeName(string directory, string name) => new(
        SshErrorCode.UnsafeFileName,
        SshFault.Peer,
        $"The server lists a file \"{TerminalText.OneLine(name)}\" in \"{directory}\", which is not one safe file name; nothing was written for it.",
        "Either the server is broken, or it tries to write outside the chosen directory.");

    internal static SftpException UploadFailed(string path, long bytesOnServer, Exception cause) => new(
        SshErrorCode.TransferFailed,
        (cause as SshException)?.Fault ?? SshFault.Caller,
        $"The upload to \"{path}\" failed: {(cause as SshException)?.Sentence ?? cause.Message} {bytesOnServer} bytes from the file's beginning are known to be on the server.",
        (cause as SshException)?.Remedy,
        cause)
    {
        Status = (cause as SftpException)?.Status,
        ServerText = (cause as SftpException)?.ServerText ?? "",
        Path = path,
        BytesOnServer = bytesOnServer,
    };

    // What usually lies behind an answer that says little.
    private static string? Advice(string operation, string? path, SftpStatusCode status) => status switch
    {
        SftpStatusCode.NoSuchFile when path?.Contains('\\', StringComparison.Ordinal) == true =>
            "The path contains a backslash, which is an ordinary character of a name on most servers: write / between directories.",
        SftpStatusCode.NoSuchFile when operation.StartsWith("create", StringComparison.Ordinal) || operation.Contains("for writing", StringComparison.Ordinal) =>
            "The directory it is to be in may not exist.",
        SftpStatusCode.Failure when operation.StartsWith("rename", StringComparison.Ordinal) =>
            "Most servers refuse to rename over a file that exists (ask for overwriting), or across file systems.",
        SftpStatusCode.Failure when operation.StartsWith("create the directory", StringComparison.Ordinal) => "It may exist already.",
        SftpStatusCode.Failure when operation.StartsWith("remove the directory", StringComparison.Ordinal) => "It may not be empty.",
        SftpStatusCode.Failure when operation.Contains("write", StringComparison.Ordinal) => "The disk may be full, or a quota used up.",
        SftpStatusCode.OpUnsupported => "The server does not have this operation.",
        _ => null,
    };
}
