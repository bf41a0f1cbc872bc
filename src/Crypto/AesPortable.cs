using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LucidSsh.Crypto;

/// <summary>AES on any processor in constant time: <see cref="AesSlices"/>, eight blocks at once. A lone block costs as much
/// as eight.</summary>
internal sealed unsafe class AesPortable : AesCipher
{
    private const int GroupSize = AesSlices.Count * BlockSize;

    private readonly int _rounds;
    private readonly AlignedSecret _keyPlanes;

    /// <summary>Slices every round key, repeated for the eight blocks.</summary>
    public AesPortable(AesKeySchedule schedule)
    {
        _rounds = schedule.Rounds;
        _keyPlanes = new AlignedSecret((_rounds + 1) * GroupSize);
        for (int round = 0; round <= _rounds; round++)
        {
            // The constant that AesSlices leaves out of the S-box.
            byte constant = round == 0 ? (byte)0 : (byte)0x63;
            Vector128<byte> key = Vector128.Create(schedule.RoundKeys.Slice(round * BlockSize, BlockSize)) ^ Vector128.Create(constant);
            Vector128<byte>* planes = Key(round);
            for (int i = 0; i < AesSlices.Count; i++)
                planes[i] = key;
            AesSlices.Transpose(planes);
        }
    }

    public override void Encrypt(ReadOnlySpan<byte> source, Span<byte> destination) => Groups(source, destination, decrypt: false);

    public override void Decrypt(ReadOnlySpan<byte> source, Span<byte> destination) => Groups(source, destination, decrypt: true);

    [SkipLocalsInit]
    public override void Counter(ref UInt128 counter, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        CheckBlocks(source, destination);
        Vector128<byte>* state = stackalloc Vector128<byte>[AesSlices.Count];
        Span<byte> keystream = new(state, GroupSize);
        for (int offset = 0; offset < source.Length; offset += GroupSize)
        {
            int length = Math.Min(GroupSize, source.Length - offset);
            for (int i = 0; i < AesSlices.Count; i++)
            {
                UInt128 value = counter + (uint)i;
                state[i] = ReverseBytes(Vector128.Create((ulong)value, (ulong)(value >> 64)).AsByte());
            }

            EncryptGroup(state);
            Xor(source.Slice(offset, length), keystream, destination.Slice(offset, length));
            counter += (uint)(length / BlockSize);
        }

        ConstantTime.Zero(keystream);
    }

    public override void Dispose() => _keyPlanes.Dispose();

    private Vector128<byte>* Key(int round) => (Vector128<byte>*)(_keyPlanes.Pointer + (round * GroupSize));

    [SkipLocalsInit]
    private void Groups(ReadOnlySpan<byte> source, Span<byte> destination, bool decrypt)
    {
        CheckBlocks(source, destination);
        Vector128<byte>* state = stackalloc Vector128<byte>[AesSlices.Count];
        Span<byte> group = new(state, GroupSize);
        for (int offset = 0; offset < source.Length; offset += GroupSize)
        {
            int length = Math.Min(GroupSize, source.Length - offset);
            source.Slice(offset, length).CopyTo(group);
            group[length..].Clear();
            if (decrypt)
                DecryptGroup(state);
            else
                EncryptGroup(state);
            group[..length].CopyTo(destination[offset..]);
        }

        ConstantTime.Zero(group);
    }

    private void EncryptGroup(Vector128<byte>* state)
    {
        AesSlices.Transpose(state);
        AesSlices.AddRoundKey(state, Key(0));
        for (int round = 1; round < _rounds; round++)
        {
            AesSlices.SubBytes(state);
            AesSlices.ShiftRows(state);
            AesSlices.MixColumns(state);
            AesSlices.AddRoundKey(state, Key(round));
        }

        AesSlices.SubBytes(state);
        AesSlices.ShiftRows(state);
        AesSlices.AddRoundKey(state, Key(_rounds));
        AesSlices.Transpose(state);
        GC.KeepAlive(_keyPlanes);
    }

    private void DecryptGroup(Vector128<byte>* state)
    {
        AesSlices.Transpose(state);
        AesSlices.AddRoundKey(state, Key(_rounds));
        for (int round = _rounds - 1; round > 0; round--)
        {
            AesSlices.InverseShiftRows(state);
            AesSlices.InverseSubBytes(state);
            AesSlices.AddRoundKey(state, Key(round));
            AesSlices.InverseMixColumns(state);
        }

        AesSlices.InverseShiftRows(state);
        AesSlices.InverseSubBytes(state);
        AesSlices.AddRoundKey(state, Key(0));
        AesSlices.Transpose(state);
        GC.KeepAlive(_keyPlanes);
    }

    private static void Xor(ReadOnlySpan<byte> source, ReadOnlySpan<byte> keystream, Span<byte> destination)
    {
        ReadOnlySpan<Vector128<byte>> text = MemoryMarshal.Cast<byte, Vector128<byte>>(source);
        ReadOnlySpan<Vector128<byte>> key = MemoryMarshal.Cast<byte, Vector128<byte>>(keystream);
        Span<Vector128<byte>> result = MemoryMarshal.Cast<byte, Vector128<byte>>(destination);
        for (int i = 0; i < text.Length; i++)
            result[i] = text[i] ^ key[i];
    }
}
