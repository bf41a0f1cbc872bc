using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace LucidSsh.Sftp;

/// <summary>An open file or a directory that is being listed.</summary>
internal sealed record ServedHandle(string Path, SafeFileHandle? File, IEnumerator<(string Name, SftpAttributes Attributes)>? Entries, SftpOpenMode Mode) : IDisposable
{
    public void Dispose()
    {
        File?.Dispose();
        Entries?.Dispose();
    }
}

/// <summary>The handles of one session: numbers, never reused, at most <see cref="Maximum"/> at once.</summary>
internal sealed class HandleTable : IDisposable
{
    public const int Maximum = 1024;

    private readonly Dictionary<ulong, ServedHandle> _open = [];
    private ulong _next;

    /// <exception cref="IOException">Too many are open.</exception>
    public byte[] Add(ServedHandle handle)
    {
        if (_open.Count >= Maximum)
        {
            handle.Dispose();
            throw new IOException($"{Maximum} files are open already");
        }

        byte[] name = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(name, _next);
        _open.Add(_next++, handle);
        return name;
    }

    /// <summary>The handle of a name; null where there is none.</summary>
    public ServedHandle? Find(ReadOnlySpan<byte> name) =>
        name.Length == sizeof(ulong) && _open.TryGetValue(BinaryPrimitives.ReadUInt64BigEndian(name), out ServedHandle? handle) ? handle : null;

    /// <summary>Closes a handle; false where there is none.</summary>
    public bool Close(ReadOnlySpan<byte> name)
    {
        if (name.Length != sizeof(ulong) || !_open.Remove(BinaryPrimitives.ReadUInt64BigEndian(name), out ServedHandle? handle))
            return false;
        handle.Dispose();
        return true;
    }

    public void Dispose()
    {
        foreach (ServedHandle handle in _open.Values)
            handle.Dispose();
        _open.Clear();
    }
}
