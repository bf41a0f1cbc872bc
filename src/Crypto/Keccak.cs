using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LucidSsh.Crypto;

/// <summary>The sponge over Keccak-f[1600] of FIPS 202: SHA3-256, SHA3-512, SHAKE128 and SHAKE256. A value that lives on its user's
/// stack: absorb any number of times, then squeeze any number of times, then <see cref="Dispose"/> to zero the state. Running
/// time depends on the lengths alone.</summary>
internal struct Keccak : IDisposable
{
    /// <summary>The words of the state.</summary>
    public const int Words = 25;

    /// <summary>The bytes of a SHAKE128 block.</summary>
    public const int RateOfShake128 = 168;

    /// <summary>The bytes of a SHAKE256 block.</summary>
    public const int RateOfShake256 = 136;

    /// <summary>The bits 1111 of FIPS 202 section 6.2 and the first bit of the padding.</summary>
    public const byte SuffixOfShake = 0x1f;

    private const byte SuffixOfSha3 = 0x06; // 01, and the first bit of the padding: FIPS 202 section 6.1

    /// <summary>RC[0] .. RC[23]: FIPS 202 section 3.2.5.</summary>
    public static ReadOnlySpan<ulong> RoundConstants =>
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
        0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    private State _state;
    private readonly int _rate;
    private readonly byte _suffix;
    private int _position;
    private bool _squeezing;

    private Keccak(int rate, byte suffix)
    {
        _rate = rate;
        _suffix = suffix;
    }

    /// <summary>The extendable-output function SHAKE128, empty.</summary>
    public static Keccak Shake128() => new(RateOfShake128, SuffixOfShake);

    /// <summary>The extendable-output function SHAKE256, empty.</summary>
    public static Keccak Shake256() => new(RateOfShake256, SuffixOfShake);

    /// <summary>The hash function SHA3-256, empty: squeeze 32 bytes.</summary>
    public static Keccak Sha3With256Bits() => new(136, SuffixOfSha3);

    /// <summary>The hash function SHA3-512, empty: squeeze 64 bytes.</summary>
    public static Keccak Sha3With512Bits() => new(72, SuffixOfSha3);

    /// <summary>Appends to the input. Not after <see cref="Squeeze"/>.</summary>
    public void Absorb(ReadOnlySpan<byte> data)
    {
        if (_squeezing)
            throw new InvalidOperationException("The Keccak sponge was given input after its first output.");
        while (!data.IsEmpty)
        {
            int taken = Math.Min(_rate - _position, data.Length);
            XorIntoState(data[..taken]);
            data = data[taken..];
            _position += taken;
            if (_position == _rate)
                NextBlock();
        }
    }

    /// <summary>Fills <paramref name="output"/> with the next bytes.</summary>
    public void Squeeze(scoped Span<byte> output)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes((Span<ulong>)_state);
        if (!_squeezing)
        {
            bytes[_position] ^= _suffix;
            bytes[_rate - 1] ^= 0x80; // pad10*1: FIPS 202 section 5.1
            NextBlock();
            _squeezing = true;
        }

        while (!output.IsEmpty)
        {
            if (_position == _rate)
                NextBlock();
            int taken = Math.Min(_rate - _position, output.Length);
            bytes.Slice(_position, taken).CopyTo(output);
            output = output[taken..];
            _position += taken;
        }
    }

    /// <summary>Zeroes the state.</summary>
    public void Dispose() => ConstantTime.Zero((Span<ulong>)_state);

    private void NextBlock()
    {
        KeccakPermutation.Permute(_state);
        _position = 0;
    }

    private void XorIntoState(ReadOnlySpan<byte> data)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes((Span<ulong>)_state).Slice(_position, data.Length);
        int i = 0;
        for (; i + 8 <= data.Length; i += 8)
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(data[i..]) ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[i..]);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[i..], word);
        }

        for (; i < data.Length; i++)
            bytes[i] ^= data[i];
    }

    [InlineArray(Words)]
    private struct State
    {
        private ulong _word0;
    }
}
