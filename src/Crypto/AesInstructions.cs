using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Arm = System.Runtime.Intrinsics.Arm;
using X86 = System.Runtime.Intrinsics.X86;

namespace LucidSsh.Crypto;

/// <summary>One AES round and one carry-less product as the processor's instructions, so that the kernels above are written
/// once. A round is x86's: the substitutions and mixing first, then the round key. Arm's instructions add the key first, so
/// they are given the key zero and the round key is added after.</summary>
internal static class AesInstructions
{
    /// <summary>Whether this processor has all of them.</summary>
    public static bool IsSupported =>
        (X86.Aes.IsSupported && X86.Pclmulqdq.IsSupported && X86.Ssse3.IsSupported) || Arm.Aes.IsSupported;

    /// <summary>SubBytes, ShiftRows, MixColumns, AddRoundKey.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Round(Vector128<byte> state, Vector128<byte> key) =>
        X86.Aes.IsSupported
            ? X86.Aes.Encrypt(state, key)
            : Arm.Aes.MixColumns(Arm.Aes.Encrypt(state, Vector128<byte>.Zero)) ^ key;

    /// <summary>SubBytes, ShiftRows, AddRoundKey.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LastRound(Vector128<byte> state, Vector128<byte> key) =>
        X86.Aes.IsSupported ? X86.Aes.EncryptLast(state, key) : Arm.Aes.Encrypt(state, Vector128<byte>.Zero) ^ key;

    /// <summary>InvShiftRows, InvSubBytes, InvMixColumns, AddRoundKey: the equivalent inverse cipher (FIPS 197 section 5.3.5),
    /// whose middle keys are <see cref="InverseMixColumns"/> of the round keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InverseRound(Vector128<byte> state, Vector128<byte> key) =>
        X86.Aes.IsSupported
            ? X86.Aes.Decrypt(state, key)
            : Arm.Aes.InverseMixColumns(Arm.Aes.Decrypt(state, Vector128<byte>.Zero)) ^ key;

    /// <summary>InvShiftRows, InvSubBytes, AddRoundKey.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LastInverseRound(Vector128<byte> state, Vector128<byte> key) =>
        X86.Aes.IsSupported ? X86.Aes.DecryptLast(state, key) : Arm.Aes.Decrypt(state, Vector128<byte>.Zero) ^ key;

    /// <summary>InvMixColumns of a round key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InverseMixColumns(Vector128<byte> key) =>
        X86.Aes.IsSupported ? X86.Aes.InverseMixColumns(key) : Arm.Aes.InverseMixColumns(key);

    /// <summary>The carry-less product of the low halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> MultiplyLow(Vector128<ulong> left, Vector128<ulong> right) =>
        X86.Pclmulqdq.IsSupported
            ? X86.Pclmulqdq.CarrylessMultiply(left, right, 0x00)
            : Arm.Aes.PolynomialMultiplyWideningLower(left.GetLower(), right.GetLower());

    /// <summary>The carry-less product of the high halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> MultiplyHigh(Vector128<ulong> left, Vector128<ulong> right) =>
        X86.Pclmulqdq.IsSupported
            ? X86.Pclmulqdq.CarrylessMultiply(left, right, 0x11)
            : Arm.Aes.PolynomialMultiplyWideningUpper(left, right);

    /// <summary>The sum of the two carry-less products of a low and a high half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> MultiplyCross(Vector128<ulong> left, Vector128<ulong> right) =>
        X86.Pclmulqdq.IsSupported
            ? X86.Pclmulqdq.CarrylessMultiply(left, right, 0x01) ^ X86.Pclmulqdq.CarrylessMultiply(left, right, 0x10)
            : MultiplyLow(left, SwapHalves(right)) ^ MultiplyHigh(left, SwapHalves(right));

    /// <summary>The low half above the high half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> SwapHalves(Vector128<ulong> value) => Vector128.Shuffle(value, Vector128.Create(1ul, 0));

    /// <summary>The low half moved up, zero below it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> LowHalfUp(Vector128<ulong> value) =>
        X86.Sse2.IsSupported
            ? X86.Sse2.ShiftLeftLogical128BitLane(value, sizeof(ulong))
            : Vector128.Create(0, value.ToScalar());

    /// <summary>The high half moved down, zero above it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> HighHalfDown(Vector128<ulong> value) =>
        X86.Sse2.IsSupported
            ? X86.Sse2.ShiftRightLogical128BitLane(value, sizeof(ulong))
            : Vector128.Create(value.GetElement(1), 0);
}
