namespace LucidSsh.Sftp;

/// <summary>Limits of an SFTP session.</summary>
public sealed record SftpClientOptions
{
    /// <summary>The time the server may take to greet.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Requests that may be unanswered at once; more wait for their turn.</summary>
    public int MaximumRequests { get; init; } = 1024;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>How far a transfer is.</summary>
/// <param name="Path">The remote file.</param>
/// <param name="Bytes">Bytes done from the file's beginning without a gap.</param>
/// <param name="Total">Bytes expected; null where nobody knows.</param>
public readonly record struct TransferProgress(string Path, long Bytes, long? Total);

/// <summary>How a file is moved.</summary>
public sealed record TransferOptions
{
    /// <summary>Goes on behind what the target has already. Nothing compares the two beginnings.</summary>
    public bool Resume { get; init; }

    /// <summary>Upload: writes behind what the remote file has already.</summary>
    public bool Append { get; init; }

    /// <summary>The permission bits of a file that is made; null leaves them to the other side (for an upload: the server's umask).</summary>
    public uint? Mode { get; init; }

    /// <summary>Gives the copy the original's permissions and times.</summary>
    public bool Preserve { get; init; }

    /// <summary>Upload: asks the server to write everything to its disk before the file is closed, where it can (fsync@openssh.com).</summary>
    public bool FlushToDisk { get; init; }

    /// <summary>Told after each piece. It is called from any thread, in order, and must not wait.</summary>
    public IProgress<TransferProgress>? Progress { get; init; }

    /// <summary>Bytes asked for, or sent, that are not answered yet: what a long line needs to stay full. 8 MiB fill 640 Mbit/s at
    /// 100 ms.</summary>
    public int BytesInFlight { get; init; } = 8 * 1024 * 1024;

    /// <summary>Bytes of one READ or WRITE; null takes what the server states, or 32 KiB.</summary>
    public int? RequestSize { get; init; }
}
