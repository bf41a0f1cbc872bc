namespace LucidSsh.Crypto;

/// <summary>Secret bytes at one fixed place in memory (the garbage collector never copies them) until they are zeroed.
/// It has no text form, so it cannot be logged by accident.</summary>
internal sealed class Secret : IDisposable
{
    private byte[] _bytes;

    /// <summary>A secret of <paramref name="length"/> zero bytes, to be filled.</summary>
    public Secret(int length) => _bytes = GC.AllocateArray<byte>(length, pinned: true);

    /// <summary>A copy of <paramref name="source"/>; the caller zeroes the original.</summary>
    public Secret(ReadOnlySpan<byte> source)
        : this(source.Length) => source.CopyTo(_bytes);

    ~Secret() => ConstantTime.Zero(_bytes.AsSpan());

    /// <summary>The number of bytes; 0 after disposal.</summary>
    public int Length => _bytes.Length;

    /// <summary>The bytes; empty after disposal.</summary>
    public Span<byte> Span => _bytes;

    /// <summary>Zeroes the bytes.</summary>
    public void Dispose()
    {
        ConstantTime.Zero(_bytes.AsSpan());
        _bytes = [];
        GC.SuppressFinalize(this);
    }

    /// <summary>Says how many bytes, never which.</summary>
    public override string ToString() => $"{Length} secret bytes";
}
