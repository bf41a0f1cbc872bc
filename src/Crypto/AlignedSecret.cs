using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LucidSsh.Crypto;

/// <summary>Secret memory that begins on a 64-byte boundary (a cache line, and the widest vector), for kernels that work on
/// pointers. Whoever hands <see cref="Pointer"/> to a kernel keeps this object alive until the kernel has returned
/// (<see cref="GC.KeepAlive"/>): the finalizer zeroes the bytes.</summary>
internal sealed unsafe class AlignedSecret : IDisposable
{
    private const int Alignment = 64;

    private readonly Secret _memory;
    private byte* _pointer;

    /// <summary><paramref name="length"/> zero bytes, to be filled.</summary>
    public AlignedSecret(int length)
    {
        _memory = new Secret(length + Alignment - 1);
        // The array under a Secret is pinned for as long as it lives.
        nuint start = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(_memory.Span));
        _pointer = (byte*)((start + Alignment - 1) & ~(nuint)(Alignment - 1));
    }

    /// <summary>The first byte.</summary>
    /// <exception cref="ObjectDisposedException">After disposal.</exception>
    public byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pointer == null, this);
            return _pointer;
        }
    }

    /// <summary>Zeroes the bytes.</summary>
    public void Dispose()
    {
        _pointer = null;
        _memory.Dispose();
    }
}
