namespace LucidSsh.Crypto;

/// <summary>The field a curve's coordinates live in, as the curve formulas see it. An element is <see cref="LimbCount"/> limbs
/// in the field's own form, <i>tight</i> or <i>loose</i>: sums and differences of tight elements are loose, factors may be loose,
/// products are tight. Every operation is constant-time, and results may be the same memory as operands. Implemented by
/// structs, so that the JIT compiles the formulas once for each field with its calls direct.</summary>
internal unsafe interface IPrimeField
{
    /// <summary>The limbs of an element.</summary>
    int LimbCount { get; }

    /// <summary>product = a b, tight; a and b loose.</summary>
    void Multiply(ulong* product, ulong* a, ulong* b);

    /// <summary>square = a^2, tight; a loose.</summary>
    void Square(ulong* square, ulong* a);

    /// <summary>sum = a + b, loose; a and b tight.</summary>
    void Add(ulong* sum, ulong* a, ulong* b);

    /// <summary>difference = a - b, loose; a and b tight.</summary>
    void Subtract(ulong* difference, ulong* a, ulong* b);

    /// <summary>difference = a - 2 b, tight; a loose, b tight.</summary>
    void SubtractTwice(ulong* difference, ulong* a, ulong* b);

    /// <summary>triple = 3 a, tight; a tight.</summary>
    void Triple(ulong* triple, ulong* a);

    /// <summary>result = a, tight; a loose.</summary>
    void Tighten(ulong* result, ulong* a);

    /// <summary>1 when the element, tight, is zero in any of its forms, else 0.</summary>
    ulong IsZero(ulong* a);

    /// <summary>The element, tight, of a value below the prime in limbs of 64 bits.</summary>
    void Enter(ulong* element, ulong* value);

    /// <summary>The value below the prime of a loose element, in limbs of 64 bits.</summary>
    void Leave(ulong* value, ulong* element);
}
