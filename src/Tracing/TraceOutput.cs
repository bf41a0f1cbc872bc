using System.Text;

namespace LucidSsh.Tracing;

/// <summary>What a sink's thread writes whole lines to. It may be slow and it may fail.</summary>
internal interface ITraceOutput : IDisposable
{
    void Write(ReadOnlySpan<byte> lines);
}

/// <summary>A caller's writer, which stays the caller's.</summary>
internal sealed class TraceWriter(TextWriter writer) : ITraceOutput
{
    public void Write(ReadOnlySpan<byte> lines)
    {
        writer.Write(Encoding.UTF8.GetString(lines));
        writer.Flush();
    }

    public void Dispose()
    {
    }
}

/// <summary>A file that its owner alone may read, and its predecessors: <c>path.1</c> is the newest of them.</summary>
internal sealed class TraceFile : ITraceOutput
{
    private readonly string _path;
    private readonly long _maximumBytes;
    private readonly int _kept;
    private FileStream? _file;
    private bool _isTorn;

    public TraceFile(string path, long maximumBytes, int kept)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maximumBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(kept);
        (_path, _maximumBytes, _kept) = (path, maximumBytes, kept);
        _file = Open(path);
    }

    public void Write(ReadOnlySpan<byte> lines)
    {
        _file ??= Open(_path);
        if (_isTorn)
            _file.Write("\n"u8); // the disk was full in the middle of a line
        _isTorn = true;
        while (!lines.IsEmpty)
        {
            int now = Fitting(_file, lines);
            _file.Write(lines[..now]);
            lines = lines[now..];
            if (!lines.IsEmpty)
                _file = Rotate(_file);
        }

        _isTorn = false;
    }

    public void Dispose() => _file?.Dispose();

    // Whole lines that fit into this file; one that fits into none goes into an empty one. A device or a pipe has no end.
    private int Fitting(FileStream file, ReadOnlySpan<byte> lines)
    {
        if (_maximumBytes == 0 || !file.CanSeek)
            return lines.Length;
        long room = Math.Max(0, _maximumBytes - file.Length);
        if (lines.Length <= room)
            return lines.Length;
        int whole = lines[..(int)room].LastIndexOf((byte)'\n') + 1;
        return whole > 0 || file.Length > 0 ? whole : lines.IndexOf((byte)'\n') + 1;
    }

    private FileStream Rotate(FileStream full)
    {
        full.Dispose();
        _file = null;
        for (int i = _kept; i > 0; i--)
        {
            string older = i == 1 ? _path : $"{_path}.{i - 1}";
            if (File.Exists(older))
                File.Move(older, $"{_path}.{i}", overwrite: true);
        }

        if (_kept == 0)
            File.Delete(_path);
        return Open(_path);
    }

    // Lines come in large pieces already: no buffer.
    private static FileStream Open(string path) => OwnerFile.Open(path, FileMode.Append, bufferSize: 0);
}
