using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Sftp;

/// <summary>Version 3's requests, one method each: encoding, the expected kind of reply, and the sentence of a refusal.</summary>
/// <param name="connection">Where they go.</param>
/// <param name="isQuiet">True where a refusal is not what the user sees in the end: it is not traced as a failure.</param>
internal sealed class SftpRequests(SftpConnection connection, bool isQuiet = false)
{
    public SftpConnection Connection { get; } = connection;

    /// <summary>The same requests for somebody who copes with a refusal, or tells of it himself.</summary>
    public SftpRequests Quiet() => new(Connection, isQuiet: true);

    /// <summary>A request whose reply is a handle.</summary>
    public Task<byte[]> HandleAsync(string operation, string path, Action<WireBuffer, uint> encode, CancellationToken cancellationToken) =>
        RequestAsync(
            encode,
            (type, packet) => type == SftpPacketType.Handle ? SftpPacket.Decode<HandlePacket>(packet).Handle : throw Unexpected(type, packet, operation, path),
            cancellationToken,
            abandoned: (type, packet) =>
            {
                // Nobody wants the handle any more: it must not stay open on the server.
                if (type == SftpPacketType.Handle)
                    _ = CloseQuietlyAsync(SftpPacket.Decode<HandlePacket>(packet).Handle, path);
            });

    /// <summary>A request whose reply is success or a refusal.</summary>
    public Task StatusAsync(string operation, string? path, Action<WireBuffer, uint> encode, CancellationToken cancellationToken) =>
        RequestAsync(encode, (type, packet) => CheckStatus(type, packet, operation, path), cancellationToken);

    /// <summary>A request whose reply is attributes.</summary>
    public Task<SftpAttributes> AttributesAsync(string operation, string? path, Action<WireBuffer, uint> encode, CancellationToken cancellationToken) =>
        RequestAsync(
            encode,
            (type, packet) => type == SftpPacketType.Attrs ? SftpPacket.Decode<AttrsPacket>(packet).Attributes : throw Unexpected(type, packet, operation, path),
            cancellationToken);

    /// <summary>A request whose reply is one name.</summary>
    public Task<string> OneNameAsync(string operation, string path, Action<WireBuffer, uint> encode, CancellationToken cancellationToken) =>
        RequestAsync(
            encode,
            (type, packet) => type != SftpPacketType.Name ? throw Unexpected(type, packet, operation, path)
                : SftpPacket.Decode<NamePacket>(packet).Entries is [var only] ? only.FileName
                : throw SftpException.Protocol($"The server answered with several names when asked to {operation}."),
            cancellationToken);

    /// <summary>The next names of a directory; empty at its end.</summary>
    public Task<ImmutableArray<NameEntry>> ReadDirectoryAsync(byte[] handle, string path, CancellationToken cancellationToken) =>
        RequestAsync(
            (buffer, id) => SftpPacket.Encode(buffer, new ReadDirPacket(id, handle)),
            (type, packet) => type == SftpPacketType.Name ? SftpPacket.Decode<NamePacket>(packet).Entries
                : IsEof(type, packet) ? []
                : throw Unexpected(type, packet, $"list \"{path}\"", path),
            cancellationToken);

    /// <summary>A request to an extension, whose reply is data of its own.</summary>
    public Task<TResult> ExtendedAsync<TResult>(
        string operation, string? path, string extension, byte[] data, ReplyReader<TResult> read, CancellationToken cancellationToken)
    {
        Require(extension, operation);
        return RequestAsync(
            (buffer, id) => SftpPacket.Encode(buffer, new ExtendedPacket(id, extension, data)),
            (type, packet) => type == SftpPacketType.ExtendedReply || (type == SftpPacketType.Name && typeof(TResult) == typeof(string))
                ? read(type, packet)
                : throw Unexpected(type, packet, operation, path),
            cancellationToken);
    }

    /// <summary>A request to an extension, whose reply is success or a refusal.</summary>
    public Task ExtendedStatusAsync(string operation, string? path, string extension, byte[] data, CancellationToken cancellationToken)
    {
        Require(extension, operation);
        return StatusAsync(operation, path, (buffer, id) => SftpPacket.Encode(buffer, new ExtendedPacket(id, extension, data)), cancellationToken);
    }

    /// <summary>Reads up to <paramref name="length"/> bytes and hands them over where they lie.</summary>
    /// <returns>Bytes read; 0 at the end of the file.</returns>
    public Task<int> ReadAsync(byte[] handle, string path, long offset, int length, DataSink sink, CancellationToken cancellationToken) =>
        RequestAsync(
            (buffer, id) => SftpPacket.Encode(buffer, new ReadPacket(id, handle, (ulong)offset, (uint)length)),
            (type, packet) =>
            {
                if (type != SftpPacketType.Data)
                    return IsEof(type, packet) ? 0 : throw Unexpected(type, packet, $"read \"{path}\"", path);
                ReadOnlySpan<byte> data = SftpPacket.Decode<DataPacket>(packet).Data;
                if (data.Length > length)
                    throw SftpException.Protocol($"The server sent {data.Length} bytes of \"{path}\" when {length} were asked for.");
                sink(offset, data);
                return data.Length;
            },
            cancellationToken);

    /// <summary>Sends bytes to write, which <paramref name="fill"/> puts straight into the packet; the returned reply completes when the
    /// server has taken them.</summary>
    public Task<PendingReply<bool>> SendWriteAsync(
        byte[] handle, string path, long offset, int length, SpanFiller fill, CancellationToken cancellationToken) =>
        Connection.SendAsync(
            (buffer, id) =>
            {
                SshWriter writer = new(buffer);
                int start = writer.BeginString();
                writer.Byte((byte)SftpPacketType.Write);
                writer.UInt32(id);
                writer.String(handle);
                writer.UInt64((ulong)offset);
                writer.UInt32((uint)length);
                fill(offset, buffer.Extend(length));
                writer.EndString(start);
            },
            (type, packet) => CheckStatus(type, packet, $"write {length} bytes at {offset} of \"{path}\"", path),
            cancellationToken);

    /// <summary>Closes a handle.</summary>
    public Task CloseAsync(byte[] handle, string path, CancellationToken cancellationToken) =>
        StatusAsync($"close \"{path}\"", path, (buffer, id) => SftpPacket.Encode(buffer, new ClosePacket(id, handle)), cancellationToken);

    /// <summary>Closes a handle whose fate changes nothing any more.</summary>
    public async Task CloseQuietlyAsync(byte[] handle, string path)
    {
        try
        {
            await Quiet().CloseAsync(handle, path, CancellationToken.None).ConfigureAwait(false);
        }
        catch (SshException)
        {
            // The session has ended, or the server has closed it by itself.
        }
    }

    private async Task<TResult> RequestAsync<TResult>(
        Action<WireBuffer, uint> encode, ReplyReader<TResult> read, CancellationToken cancellationToken, Action<SftpPacketType, byte[]>? abandoned = null)
    {
        try
        {
            return await Connection.RequestAsync(encode, read, cancellationToken, abandoned).ConfigureAwait(false);
        }
        catch (SshException exception) when (!isQuiet)
        {
            Connection.Tracer.Failed(exception);
            throw;
        }
    }

    private void Require(string extension, string operation)
    {
        if (Connection.Extensions.Contains(extension))
            return;
        SftpException missing = SftpException.Refused(operation, null, SftpStatusCode.OpUnsupported, $"the server does not have the extension {extension}");
        Connection.Tracer.Failed(missing);
        throw missing;
    }

    private static bool IsEof(SftpPacketType type, ReadOnlySpan<byte> packet) =>
        type == SftpPacketType.Status && SftpPacket.Decode<StatusPacket>(packet).Code == SftpStatusCode.Eof;

    private static bool CheckStatus(SftpPacketType type, ReadOnlySpan<byte> packet, string operation, string? path)
    {
        if (type != SftpPacketType.Status)
            throw SftpException.Protocol($"The server answered with {type} when asked to {operation}.");
        StatusPacket status = SftpPacket.Decode<StatusPacket>(packet);
        return status.Code == SftpStatusCode.Ok ? true : throw SftpException.Refused(operation, path, status.Code, status.Message);
    }

    private static SftpException Unexpected(SftpPacketType type, ReadOnlySpan<byte> packet, string operation, string? path)
    {
        if (type != SftpPacketType.Status)
            return SftpException.Protocol($"The server answered with {type} when asked to {operation}.");
        StatusPacket status = SftpPacket.Decode<StatusPacket>(packet);
        return status.Code == SftpStatusCode.Ok
            ? SftpException.Protocol($"The server answered with a bare success when asked to {operation}.")
            : SftpException.Refused(operation, path, status.Code, status.Message);
    }
}

/// <summary>Takes file data, where it lies, for its place in the file.</summary>
internal delegate void DataSink(long offset, ReadOnlySpan<byte> data);

/// <summary>Writes file data straight into a packet.</summary>
internal delegate void SpanFiller(long offset, Span<byte> destination);
