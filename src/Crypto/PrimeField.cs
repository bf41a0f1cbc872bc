namespace LucidSsh.Crypto;

/// <summary>The field a curve's coordinates live in, as the curve formulas see it. An element is <see cref="LimbCount"/> limbs
/// in the field's own form; every operation is constant-time, and results may be the same memory as operands. Implemented by
/// structs, so that the JIT compiles the formulas once for each field with its calls direct.</summary>
internal unsafe interface IPrimeField
{
    /// <summary>The limbs of an element.</summary>
    int LimbCount { get; }

    /// <summary>The prime.</summary>
    MontgomeryModulus Prime { get; }

    void Multiply(ulong* product, ulong* a, ulong* b);

    void Square(ulong* square, ulong* a);

    void Add(ulong* sum, ulong* a, ulong* b);

    void Subtract(ulong* difference, ulong* a, ulong* b);

    /// <summary>1 when the element is zero in any of its forms, else 0.</summary>
    ulong IsZero(ulong* a);

    /// <summary>Reads a big-endian value below the prime.</summary>
    void Read(ReadOnlySpan<byte> source, ulong* element);

    /// <summary>Writes the value below the prime, big-endian, with leading zeros.</summary>
    void Write(ulong* element, Span<byte> destination);
}

/// <summary>Any prime field, on the common Montgomery core: elements are fully reduced residues in Montgomery form.</summary>
internal readonly unsafe struct MontgomeryField(MontgomeryModulus prime) : IPrimeField
{
    public int LimbCount => prime.LimbCount;

    public MontgomeryModulus Prime => prime;

    public void Multiply(ulong* product, ulong* a, ulong* b) => prime.Multiply(product, a, b);

    public void Square(ulong* square, ulong* a) => prime.Multiply(square, a, a);

    public void Add(ulong* sum, ulong* a, ulong* b) => prime.Add(sum, a, b);

    public void Subtract(ulong* difference, ulong* a, ulong* b) => prime.Subtract(difference, a, b);

    public ulong IsZero(ulong* a) => Limbs.IsZero(a, prime.LimbCount);

    public void Read(ReadOnlySpan<byte> source, ulong* element)
    {
        Limbs.Read(source, element, prime.LimbCount);
        prime.Enter(element, element);
    }

    public void Write(ulong* element, Span<byte> destination)
    {
        ulong* value = stackalloc ulong[prime.LimbCount];
        prime.Leave(value, element);
        Limbs.Write(value, prime.LimbCount, destination);
        Limbs.Zero(value, prime.LimbCount);
    }
}
