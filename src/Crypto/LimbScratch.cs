using System.Runtime.InteropServices;

namespace LucidSsh.Crypto;

/// <summary>Working memory for secret limbs outside the garbage collector's reach: zeroed at birth and before it is given back,
/// aligned to the widest vector.</summary>
internal readonly unsafe ref struct LimbScratch
{
    private const int Alignment = 64;

    private readonly int _count;

    public LimbScratch(int count)
    {
        _count = count;
        Start = (ulong*)NativeMemory.AlignedAlloc((nuint)count * sizeof(ulong), Alignment);
        Limbs.Clear(Start, count);
    }

    /// <summary>The first limb.</summary>
    public ulong* Start { get; }

    /// <summary>Zeroes and frees the memory.</summary>
    public void Dispose()
    {
        Limbs.Zero(Start, _count);
        NativeMemory.AlignedFree(Start);
    }
}
