using LucidSsh.Wire;

namespace LucidSsh.Sftp;

/// <summary>How a remote file is opened.</summary>
/// <param name="Read">It can be read.</param>
/// <param name="Write">It can be written.</param>
/// <param name="Create">It is made where it does not exist.</param>
/// <param name="Truncate">It is emptied.</param>
/// <param name="Exclusive">With <paramref name="Create"/>: it must not exist.</param>
/// <param name="Append">Every write goes to its end, whatever the offset.</param>
public readonly record struct SftpOpenMode(bool Read = false, bool Write = false, bool Create = false, bool Truncate = false, bool Exclusive = false, bool Append = false)
{
    /// <summary>An existing file, for reading.</summary>
    public static SftpOpenMode ForReading => new(Read: true);

    /// <summary>A new or emptied file, for writing.</summary>
    public static SftpOpenMode ForWriting => new(Write: true, Create: true, Truncate: true);

    internal OpenFlags Flags =>
        (Read ? OpenFlags.Read : 0)
        | (Write ? OpenFlags.Write : 0)
        | (Create ? OpenFlags.Create : 0)
        | (Truncate ? OpenFlags.Truncate : 0)
        | (Exclusive ? OpenFlags.Exclusive : 0)
        | (Append ? OpenFlags.Append : 0);

    internal string Describe() => (Read, Write) switch
    {
        (true, true) => "for reading and writing",
        (_, true) => "for writing",
        _ => "for reading",
    };
}

/// <summary>An open remote file. Reads and writes name their place, may overlap, and come from any thread.</summary>
public sealed class SftpFile : IAsyncDisposable
{
    private readonly SftpRequests _requests;
    private readonly int _requestSize;
    private int _closed;

    internal SftpFile(SftpRequests requests, byte[] handle, string path, int requestSize) =>
        (_requests, Handle, Path, _requestSize) = (requests, handle, path, requestSize);

    /// <summary>The path it was opened by.</summary>
    public string Path { get; }

    internal byte[] Handle { get; }

    /// <summary>Reads from a place of the file.</summary>
    /// <returns>Bytes read; fewer than asked for is no end, 0 is.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task<int> ReadAsync(Memory<byte> destination, long offset, CancellationToken cancellationToken = default)
    {
        int length = Math.Min(destination.Length, _requestSize);
        return length == 0
            ? Task.FromResult(0)
            : _requests.ReadAsync(Handle, Path, offset, length, (_, data) => data.CopyTo(destination.Span), cancellationToken);
    }

    /// <summary>Writes everything to a place of the file and returns when the server has taken it.</summary>
    /// <exception cref="SftpException">The server refused.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> source, long offset, CancellationToken cancellationToken = default)
    {
        List<PendingReply<bool>> sent = [];
        for (int done = 0; done < source.Length; done += _requestSize)
        {
            ReadOnlyMemory<byte> piece = source.Slice(done, Math.Min(_requestSize, source.Length - done));
            sent.Add(await _requests.SendWriteAsync(
                Handle, Path, offset + done, piece.Length, (_, destination) => piece.Span.CopyTo(destination), cancellationToken).ConfigureAwait(false));
        }

        try
        {
            foreach (PendingReply<bool> reply in sent)
                await reply.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (SshException exception)
        {
            _requests.Connection.Tracer.Failed(exception);
            throw;
        }
    }

    /// <summary>The file's attributes.</summary>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task<SftpAttributes> StatAsync(CancellationToken cancellationToken = default) => _requests.AttributesAsync(
        $"tell about \"{Path}\"", Path, (buffer, id) => SftpPacket.Encode(buffer, new FStatPacket(id, Handle)), cancellationToken);

    /// <summary>Changes the attributes that are not null.</summary>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task SetStatAsync(SftpAttributes attributes, CancellationToken cancellationToken = default) => _requests.StatusAsync(
        $"change the attributes of \"{Path}\"", Path, (buffer, id) => SftpPacket.Encode(buffer, new FSetStatPacket(id, Handle, attributes)), cancellationToken);

    /// <summary>Has the server write everything to its disk (fsync@openssh.com).</summary>
    /// <exception cref="SftpException">The server refused, or does not have the extension.</exception>
    public Task FlushToDiskAsync(CancellationToken cancellationToken = default) =>
        _requests.ExtendedStatusAsync($"flush \"{Path}\" to disk", Path, SftpExtensions.FSync, ExtensionData.Of(Handle), cancellationToken);

    /// <summary>The state of the file system the file is in (fstatvfs@openssh.com).</summary>
    /// <exception cref="SftpException">The server refused, or does not have the extension.</exception>
    public Task<SftpFileSystemStatus> StatVfsAsync(CancellationToken cancellationToken = default) => _requests.ExtendedAsync(
        $"tell about the file system of \"{Path}\"", Path, SftpExtensions.FStatVfs, ExtensionData.Of(Handle), ExtensionData.ReadFileSystemStatus, cancellationToken);

    /// <summary>Closes the file. Some servers report a failed write only here.</summary>
    /// <exception cref="SftpException">The server says that closing failed.</exception>
    public Task CloseAsync(CancellationToken cancellationToken = default) =>
        Interlocked.Exchange(ref _closed, 1) == 0 ? _requests.CloseAsync(Handle, Path, cancellationToken) : Task.CompletedTask;

    /// <summary>Closes the file where it is still open, whatever the server says.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
            await _requests.CloseQuietlyAsync(Handle, Path).ConfigureAwait(false);
    }
}

/// <summary>The bodies of extension requests and replies.</summary>
internal static class ExtensionData
{
    public static byte[] Of(byte[] handle)
    {
        WireBuffer buffer = new();
        new SshWriter(buffer).String(handle);
        return buffer.Written.ToArray();
    }

    public static byte[] Of(params ReadOnlySpan<string> texts)
    {
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        foreach (string text in texts)
            writer.Text(text);
        return buffer.Written.ToArray();
    }

    public static byte[] Of(string path, SftpAttributes attributes)
    {
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        writer.Text(path);
        attributes.Write(ref writer);
        return buffer.Written.ToArray();
    }

    public static byte[] CopyData(byte[] from, long fromOffset, long length, byte[] to, long toOffset)
    {
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        writer.String(from);
        writer.UInt64((ulong)fromOffset);
        writer.UInt64((ulong)length);
        writer.String(to);
        writer.UInt64((ulong)toOffset);
        return buffer.Written.ToArray();
    }

    public static SftpFileSystemStatus ReadFileSystemStatus(SftpPacketType _, ReadOnlySpan<byte> packet)
    {
        SshReader reader = new(SftpPacket.Decode<ExtendedReplyPacket>(packet).Data);
        return Checked(SftpFileSystemStatus.Read(ref reader), ref reader, "file system status");
    }

    public static SftpLimits ReadLimits(SftpPacketType _, ReadOnlySpan<byte> packet)
    {
        SshReader reader = new(SftpPacket.Decode<ExtendedReplyPacket>(packet).Data);
        return Checked(SftpLimits.Read(ref reader), ref reader, "limits");
    }

    private static T Checked<T>(T value, ref SshReader reader, string what) =>
        reader.Complete() ? value : throw SftpException.Protocol($"The server sent malformed {what}: {reader.Fault}.");
}
