using LucidSsh.Client;
using LucidSsh.Wire;

namespace LucidSsh.Iris;

/// <summary>A running command as a duplex stream, the way IRIS's Execute hands out a device: reads are its standard output and end
/// when it ends, writes are its standard input. Beside it, what IRIS does not have: standard error and the exit status.</summary>
public sealed class Device : Stream
{
    private readonly RemoteProcess _process;
    private readonly Stream _output;
    private readonly Stream _input;

    internal Device(RemoteProcess process)
    {
        _process = process;
        _output = process.StandardOutput.AsStream(leaveOpen: true);
        _input = process.StandardInput.AsStream(leaveOpen: true);
        StandardError = process.StandardError.AsStream(leaveOpen: true);
    }

    /// <summary>The command's standard error. Read it, or dispose it where it is not wanted: both streams share one window.</summary>
    public Stream StandardError { get; }

    /// <inheritdoc />
    public override bool CanRead => true;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => true;

    /// <inheritdoc />
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Ends the command's standard input; its output may go on.</summary>
    public void CloseInput() => _process.StandardInput.Complete();

    /// <summary>Waits for the command's end.</summary>
    /// <param name="exit">How it ended; null after a failure.</param>
    public Status WaitForExit(out ExitResult? exit)
    {
        try
        {
            exit = _process.WaitForExitAsync().GetAwaiter().GetResult();
            return Status.Ok;
        }
        catch (SshException exception)
        {
            exit = null;
            return Status.Of(exception, "Device.WaitForExit");
        }
    }

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => _output.Read(buffer, offset, count);

    /// <inheritdoc />
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _output.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => _input.Write(buffer, offset, count);

    /// <inheritdoc />
    public override void Flush() => _input.Flush();

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _process.DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose(disposing);
    }
}
