using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LucidSsh.Crypto;

/// <summary>Triple DES (FIPS 46-3, SP 800-67) under one key of three, for old key files and peers that have nothing better.
/// <para>Constant time without tables indexed by data: each output bit of an S-box is a truth table of 64 bits, held in one
/// word, and the six input bits say how far to rotate it. A 64-bit rotation takes the same time for every count on the 64-bit
/// processors of .NET.</para></summary>
internal sealed class TripleDes : IDisposable
{
    /// <summary>Bytes in a block.</summary>
    public const int BlockSize = 8;

    /// <summary>Bytes of the three keys; the lowest bit of each byte is parity and is ignored.</summary>
    public const int KeySize = 24;

    private const int Rounds = 16;
    private const int AllRounds = 3 * Rounds;
    private const int Boxes = 8;
    private const int BoxOutputs = 4;
    private const int BoxInputs = 6;

    /// <summary>The bit to which the permutation P moves each output bit of each S-box.</summary>
    private static readonly ulong[] Places = MakePlaces();

    /// <summary>For each output bit of each S-box its truth table, turned so that after the rotation by the input the answer
    /// stands at its place.</summary>
    private static readonly ulong[] TruthTables = MakeTruthTables();

    private readonly Secret _roundKeys = new(AllRounds * sizeof(ulong));

    /// <summary>Expands the three keys (24 bytes).</summary>
    /// <exception cref="ArgumentException">Another length.</exception>
    public TripleDes(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeySize)
            throw new ArgumentException($"A triple DES key has {KeySize} bytes; this one has {key.Length}.", nameof(key));
        Span<ulong> roundKeys = RoundKeys;
        for (int i = 0; i < 3; i++)
            Expand(BinaryPrimitives.ReadUInt64BigEndian(key[(i * BlockSize)..]), roundKeys.Slice(i * Rounds, Rounds));
        // Encryption is encrypt, decrypt, encrypt, and DES decrypts with its round keys in reverse.
        roundKeys.Slice(Rounds, Rounds).Reverse();
    }

    private Span<ulong> RoundKeys => MemoryMarshal.Cast<byte, ulong>(_roundKeys.Span);

    /// <summary>Encrypts one block, a big-endian number.</summary>
    public ulong Encrypt(ulong block) => Transform(block, first: 0, step: 1);

    /// <summary>Decrypts one block, a big-endian number.</summary>
    public ulong Decrypt(ulong block) => Transform(block, first: AllRounds - 1, step: -1);

    /// <summary>Zeroes the round keys.</summary>
    public void Dispose() => _roundKeys.Dispose();

    /// <summary>Three times sixteen rounds. Between two of the ciphers the final permutation of one and the initial one of the
    /// next cancel out, and the exchange of the halves remains.</summary>
    private ulong Transform(ulong block, int first, int step)
    {
        ObjectDisposedException.ThrowIf(_roundKeys.Length == 0, this);
        ReadOnlySpan<ulong> roundKeys = RoundKeys;
        block = Permute(block, 64, DesTables.InitialPermutation);
        uint left = (uint)(block >> 32), right = (uint)block;
        for (int round = 0; round < AllRounds; round++)
        {
            (left, right) = (right, left ^ RoundFunction(right, roundKeys[first + (round * step)]));
            if (round % Rounds == Rounds - 1)
                (left, right) = (right, left);
        }

        GC.KeepAlive(_roundKeys);
        return Permute(((ulong)left << 32) | right, 64, DesTables.FinalPermutation);
    }

    /// <summary>The function f of FIPS 46-3: expansion, round key, S-boxes and the permutation P. S-box i reads the six bits
    /// from the one before nibble i to the one after it; a rotation looks at the low six bits of its count alone.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static uint RoundFunction(uint half, ulong roundKey)
    {
        ref ulong table = ref MemoryMarshal.GetArrayDataReference(TruthTables);
        ref ulong place = ref MemoryMarshal.GetArrayDataReference(Places);
        ulong result = 0;
        for (int box = 0; box < Boxes; box++)
        {
            int input = (int)(BitOperations.RotateLeft(half, (BoxOutputs * box) + 5) ^ (uint)(roundKey >> (BoxInputs * (Boxes - 1 - box))));
            for (int output = 0; output < BoxOutputs; output++)
            {
                result |= BitOperations.RotateRight(table, input) & place;
                table = ref Unsafe.Add(ref table, 1);
                place = ref Unsafe.Add(ref place, 1);
            }
        }

        return (uint)result;
    }

    private static void Expand(ulong key, Span<ulong> roundKeys)
    {
        const int HalfBits = 28;
        const ulong HalfMask = (1ul << HalfBits) - 1;
        ulong halves = Permute(key, 64, DesTables.PermutedChoice1);
        ulong left = halves >> HalfBits, right = halves & HalfMask;
        for (int round = 0; round < Rounds; round++)
        {
            int shift = DesTables.KeyShifts[round];
            left = ((left << shift) | (left >> (HalfBits - shift))) & HalfMask;
            right = ((right << shift) | (right >> (HalfBits - shift))) & HalfMask;
            roundKeys[round] = Permute((left << HalfBits) | right, 2 * HalfBits, DesTables.PermutedChoice2);
        }
    }

    /// <summary>Gathers bits of a number of <paramref name="width"/> bits; the standard counts them from 1 at the highest.</summary>
    private static ulong Permute(ulong value, int width, ReadOnlySpan<byte> positions)
    {
        ulong result = 0;
        foreach (byte position in positions)
            result = (result << 1) | ((value >> (width - position)) & 1);
        return result;
    }

    private static ulong[] MakePlaces()
    {
        ulong[] places = new ulong[Boxes * BoxOutputs];
        for (int i = 0; i < places.Length; i++)
            places[i] = 1ul << (31 - DesTables.PlaceAfterP[i]);
        return places;
    }

    private static ulong[] MakeTruthTables()
    {
        ulong[] tables = new ulong[Boxes * BoxOutputs];
        for (int i = 0; i < tables.Length; i++)
        {
            int box = i / BoxOutputs;
            for (int input = 0; input < 1 << BoxInputs; input++)
            {
                // The outer two bits choose the row, the inner four the column.
                int row = ((input >> 5) << 1) | (input & 1);
                int value = DesTables.SBoxes[(box << BoxInputs) | (row << 4) | ((input >> 1) & 15)];
                tables[i] |= (ulong)((value >> (BoxOutputs - 1 - (i % BoxOutputs))) & 1) << input;
            }

            tables[i] = BitOperations.RotateLeft(tables[i], BitOperations.TrailingZeroCount(Places[i]));
        }

        return tables;
    }
}
