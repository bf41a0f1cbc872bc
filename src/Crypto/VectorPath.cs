using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LucidSsh.Crypto;

/// <summary>The kinds of kernel, in order of width. Every kernel computes the same; the tests run each that the machine has.</summary>
internal enum VectorPath
{
    /// <summary>Plain integers, for any machine.</summary>
    Scalar,

    /// <summary>128 bits, in portable vector operations.</summary>
    Vector128,

    /// <summary>256 bits: AVX2.</summary>
    Vector256,

    /// <summary>512 bits: AVX-512 F, BW, DQ and VL.</summary>
    Vector512,
}

/// <summary>What this machine's vectors allow.</summary>
internal static class VectorPaths
{
    /// <summary>The widest path that there is hardware for.</summary>
    public static readonly VectorPath Best =
        Avx512F.VL.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported ? VectorPath.Vector512
        : Avx2.IsSupported ? VectorPath.Vector256
        : Vector128.IsHardwareAccelerated ? VectorPath.Vector128
        : VectorPath.Scalar;
}
