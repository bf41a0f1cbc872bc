using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LucidSsh.Crypto;

/// <summary>The group of P-256 with four field multiplications at a time (AVX2). Windows, tables and the reasons why incomplete
/// additions are enough are those of <see cref="CurveGroup{TField}"/>, which also does what happens once per operation.</summary>
internal sealed unsafe class P256GroupX4 : CurveGroup
{
    private const int Bits = 256;
    private const int ScalarLimbs = 4;
    private const int Limb = P256FieldX4.Limbs;
    private const int PointSize = 4 * Limb; // in limbs
    private const int WindowBits = 5;
    private const int Multiples = 1 << (WindowBits - 1);
    private const int BaseWindowBits = CurveGroup<P256Field>.LongBaseDigitBits;
    private const int BaseMultiples = 1 << (BaseWindowBits - 1);
    private const int OddMultiples = 8;
    private const int BaseWidth = CurveGroup<P256Field>.BaseWidth;
    private const int PortableRadix = 52;
    private const int PortableLimbs = 5;

    private readonly CurveGroup<P256Field> _portable;
    private readonly Lazy<ulong[]> _base; // limb i of x below limb i of y in one word, ten words a point
    private readonly Lazy<ulong[]> _baseOdd;

    public P256GroupX4(CurveGroup<P256Field> portable)
    {
        _portable = portable;
        _base = new Lazy<ulong[]>(() => Interleave(_portable.BaseTable));
        _baseOdd = new Lazy<ulong[]>(() => Interleave(_portable.OddBaseTable));
    }

    /// <summary>2^280 mod p in limbs of 28 bits: 1 in Montgomery form.</summary>
    private static ReadOnlySpan<ulong> One =>
        [0x1000000, 0, 0, 0, 0xfffff00, 0xfffffff, 0xfffffff, 0xfefffff, 0xffffff, 0];

    /// <summary>The same in limbs of 52 bits: the factor from <see cref="P256Field"/>'s form, times 2^260, to times 2^280.</summary>
    private static ReadOnlySpan<ulong> ToVector => [0x1000000, 0, 0xfffffffff0000, 0xfffffffffffff, 0xfffffffeff];

    /// <summary>2^260 mod p in limbs of 28 bits: the factor back.</summary>
    private static ReadOnlySpan<ulong> ToPortable =>
        [0x10, 0, 0, 0xfff0000, 0xfffffff, 0xfffffff, 0xfffffff, 0xffffffe, 0xf, 0];

    public override bool IsOnCurve(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y) => _portable.IsOnCurve(x, y);

    public override void Multiply(
        ulong* scalar, ReadOnlySpan<byte> x, ReadOnlySpan<byte> y, Span<byte> productX, Span<byte> productY)
    {
        using LimbScratch scratch = new((Multiples + 4 + P256PointX4.Scratch) * PointSize);
        Vector256<ulong>* table = (Vector256<ulong>*)scratch.Start;
        Vector256<ulong>* accumulator = table + (Multiples * Limb);
        Vector256<ulong>* selected = accumulator + Limb;
        Vector256<ulong>* sum = selected + Limb;
        Vector256<ulong>* twice = sum + Limb;
        Vector256<ulong>* work = twice + Limb;
        Load(x, y, table);
        for (int i = 2; i <= Multiples; i++)
        {
            Vector256<ulong>* entry = table + ((i - 1) * Limb);
            if ((i & 1) == 0)
            {
                P256PointX4.Double(entry, table + (((i / 2) - 1) * Limb), work);
            }
            else
            {
                P256PointX4.Add(entry, entry - Limb, table, work);
            }
        }

        ulong started = 0; // all ones once a digit was not zero
        for (int bit = (DigitCount(Bits, WindowBits) - 1) * WindowBits; bit >= 0; bit -= WindowBits)
        {
            ulong digit = Recode(scalar, ScalarLimbs, bit, WindowBits, out ulong negative);
            Limbs.Select((ulong*)table, PointSize, Multiples, digit, (ulong*)selected);
            P256PointX4.NegateWhere(selected, negative);
            P256PointX4.Add(sum, accumulator, selected, work);
            if (bit == 0)
            {
                // The one addition whose points may be equal.
                P256PointX4.Double(twice, accumulator, work);
                P256PointX4.CopyWhere(ConstantTime.Mask(P256PointX4.IsZeroZ(sum)), twice, sum);
            }
            started = Accept(accumulator, sum, selected, digit, started);
            for (int i = 0; i < WindowBits && bit > 0; i++)
            {
                P256PointX4.Double(accumulator, accumulator, work);
            }
        }
        WriteAffine(accumulator, productX, productY);
    }

    public override void MultiplyBase(ulong* scalar, Span<byte> productX, Span<byte> productY)
    {
        ulong[] owner = _base.Value;
        ulong* row = (ulong*)Unsafe.AsPointer(ref owner[0]);
        using LimbScratch scratch = new((4 + P256PointX4.Scratch) * PointSize);
        Vector256<ulong>* accumulator = (Vector256<ulong>*)scratch.Start;
        Vector256<ulong>* selected = accumulator + Limb;
        Vector256<ulong>* sum = selected + Limb;
        Vector256<ulong>* work = sum + Limb;
        ulong* words = (ulong*)(work + (P256PointX4.Scratch * Limb));
        ulong started = 0; // all ones once a digit was not zero
        for (int bit = 0; bit <= Bits; bit += BaseWindowBits, row += BaseMultiples * Limb)
        {
            ulong digit = Recode(scalar, ScalarLimbs, bit, BaseWindowBits, out ulong negative);
            Limbs.Select(row, Limb, BaseMultiples, digit, words);
            Expand(words, selected);
            P256PointX4.NegateWhere(selected, negative);
            P256PointX4.Add(sum, accumulator, selected, work);
            started = Accept(accumulator, sum, selected, digit, started);
        }
        WriteAffine(accumulator, productX, productY);
        GC.KeepAlive(owner);
    }

    public override bool TryMultiplyAddPublic(ulong* a, ulong* b, ReadOnlySpan<byte> x, ReadOnlySpan<byte> y, Span<byte> sumX)
    {
        ulong[] owner = _baseOdd.Value;
        ulong* baseTable = (ulong*)Unsafe.AsPointer(ref owner[0]);
        using LimbScratch scratch = new((OddMultiples + 3 + P256PointX4.Scratch) * PointSize);
        Vector256<ulong>* table = (Vector256<ulong>*)scratch.Start;
        Vector256<ulong>* point = table + (OddMultiples * Limb);
        Vector256<ulong>* sum = point + Limb;
        Vector256<ulong>* next = sum + Limb;
        Vector256<ulong>* work = next + Limb;
        Load(x, y, table);
        P256PointX4.Double(point, table, work);
        for (int i = 1; i < OddMultiples; i++)
        {
            P256PointX4.Add(table + (i * Limb), table + ((i - 1) * Limb), point, work);
        }

        Span<sbyte> baseDigits = stackalloc sbyte[Bits + 1];
        Span<sbyte> pointDigits = stackalloc sbyte[Bits + 1];
        NonAdjacentForm(a, ScalarLimbs, BaseWidth, baseDigits);
        NonAdjacentForm(b, ScalarLimbs, WindowBits, pointDigits);
        bool infinite = true;
        for (int i = Bits; i >= 0; i--)
        {
            if (!infinite)
            {
                P256PointX4.Double(sum, sum, work);
            }
            for (int side = 0; side < 2; side++)
            {
                int digit = side == 0 ? pointDigits[i] : baseDigits[i];
                if (digit == 0)
                {
                    continue;
                }
                ReadOdd(side == 0 ? table : null, baseTable, digit, infinite ? sum : point);
                if (infinite)
                {
                    infinite = false;
                    continue;
                }
                P256PointX4.Add(next, sum, point, work);
                if (P256PointX4.IsZeroZ(next) == 1)
                {
                    // Equal or opposite points: nobody's key makes that happen by chance.
                    return _portable.TryMultiplyAddPublic(a, b, x, y, sumX);
                }
                Vector256<ulong>* previous = sum;
                sum = next;
                next = previous;
            }
        }
        if (!infinite)
        {
            WriteAffine(sum, sumX, default);
        }
        GC.KeepAlive(owner);
        return !infinite;
    }

    /// <summary>digit P from a table of P, 3 P, 5 P.., or without one digit G.</summary>
    private static void ReadOdd(Vector256<ulong>* table, ulong* baseTable, int digit, Vector256<ulong>* point)
    {
        int place = Math.Abs(digit) / 2 * Limb;
        if (table != null)
        {
            Limbs.Copy((ulong*)(table + place), (ulong*)point, PointSize);
        }
        else
        {
            Expand(baseTable + place, point);
        }
        P256PointX4.NegateWhere(point, digit < 0 ? ulong.MaxValue : 0);
    }

    private static ulong Accept(
        Vector256<ulong>* accumulator, Vector256<ulong>* sum, Vector256<ulong>* selected, ulong digit, ulong started)
    {
        ulong present = ConstantTime.IsZero(digit) - 1;
        P256PointX4.CopyWhere(present & started, sum, accumulator);
        P256PointX4.CopyWhere(present & ~started, selected, accumulator);
        return started | present;
    }

    /// <summary>A table's x and y, with Z and Z^2 one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Expand(ulong* words, Vector256<ulong>* point)
    {
        for (int i = 0; i < Limb; i++)
        {
            point[i] = Vector256.Create(words[i] & uint.MaxValue, words[i] >> 32, One[i], One[i]);
        }
    }

    private void Load(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y, Vector256<ulong>* point)
    {
        ulong* coordinates = stackalloc ulong[2 * PortableLimbs];
        ulong* words = stackalloc ulong[Limb];
        _portable.ReadPoint(x, y, coordinates);
        Interleave(coordinates, words);
        Expand(words, point);
    }

    private static ulong[] Interleave(ulong[] table)
    {
        ulong[] interleaved = Limbs.Allocate(table.Length);
        fixed (ulong* from = table, to = interleaved)
        {
            for (int i = 0; i < table.Length; i += Limb)
            {
                Interleave(from + i, to + i);
            }
        }
        return interleaved;
    }

    /// <summary>From x and y in <see cref="P256Field"/>'s form, tight, to a word for each of the ten limbs of both.</summary>
    private static void Interleave(ulong* coordinates, ulong* words)
    {
        ulong* factor = stackalloc ulong[PortableLimbs];
        ToVector.CopyTo(new Span<ulong>(factor, PortableLimbs));
        ulong* element = stackalloc ulong[PortableLimbs + 1];
        Limbs.Clear(words, Limb);
        for (int side = 0; side < 2; side++)
        {
            new P256Field().Multiply(element, coordinates + (side * PortableLimbs), factor);
            element[PortableLimbs] = 0;
            for (int i = 0; i < Limb; i++)
            {
                int limb = i * P256FieldX4.Radix / PortableRadix, shift = i * P256FieldX4.Radix % PortableRadix;
                ulong value = (element[limb] >> shift) | (element[limb + 1] << (PortableRadix - shift));
                words[i] |= (value & P256FieldX4.LimbMask) << (32 * side);
            }
        }
    }

    private void WriteAffine(Vector256<ulong>* point, Span<byte> x, Span<byte> y)
    {
        Vector256<ulong>* vectors = stackalloc Vector256<ulong>[2 * Limb];
        Vector256<ulong>* factor = vectors + Limb;
        ulong* coordinates = stackalloc ulong[3 * PortableLimbs];
        for (int i = 0; i < Limb; i++)
        {
            factor[i] = Vector256.Create(ToPortable[i]);
        }
        P256FieldX4.Multiply(vectors, point, factor);
        Limbs.Clear(coordinates, 3 * PortableLimbs);
        for (int lane = 0; lane < 3; lane++)
        {
            ulong* element = coordinates + (lane * PortableLimbs);
            for (int i = 0; i < Limb; i++)
            {
                int limb = i * P256FieldX4.Radix / PortableRadix, shift = i * P256FieldX4.Radix % PortableRadix;
                ulong value = ((ulong*)(vectors + i))[lane];
                element[limb] |= (value << shift) & ((1ul << PortableRadix) - 1);
                if (shift + P256FieldX4.Radix > PortableRadix)
                {
                    element[limb + 1] |= value >> (PortableRadix - shift);
                }
            }
        }
        _portable.WriteAffine(coordinates, x, y);
        Limbs.Zero((ulong*)vectors, PointSize);
        Limbs.Zero(coordinates, 3 * PortableLimbs);
    }
}
