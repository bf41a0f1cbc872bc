namespace LucidSsh.Crypto;

/// <summary>Montgomery multiplication modulo m as an exponentiation sees it: numbers are <see cref="Words"/> words in a form of
/// their own, entered, multiplied and left again. Pointers are to memory on a 64-byte boundary, or a whole number of numbers
/// after one. All is constant-time but for the lengths.</summary>
internal abstract unsafe class PowerArithmetic
{
    /// <summary>The words of a number.</summary>
    public abstract int Words { get; }

    /// <summary>The words of working memory that every method is given; the caller zeroes them afterwards.</summary>
    public abstract int WorkWords { get; }

    /// <summary>Takes a residue below m, in limbs, into the form.</summary>
    public abstract void Enter(ulong* result, ulong* value, ulong* work);

    /// <summary>1 in the form.</summary>
    public abstract void One(ulong* result, ulong* work);

    /// <summary>product = a b; it may be the same memory as either.</summary>
    public abstract void Multiply(ulong* product, ulong* a, ulong* b, ulong* work);

    /// <summary>product = a a; it may be the same memory.</summary>
    public abstract void Square(ulong* product, ulong* a, ulong* work);

    /// <summary>Back from the form to a residue below m, in limbs. The value is used up.</summary>
    public abstract void Leave(ulong* result, ulong* value, ulong* work);

    /// <summary>Zeroes what was derived from the modulus, which for RSA is a secret.</summary>
    public abstract void Zero();
}

/// <summary><see cref="MontgomeryModulus"/>'s own 64-bit limbs, for any machine.</summary>
internal sealed unsafe class ScalarArithmetic(MontgomeryModulus modulus) : PowerArithmetic
{
    public override int Words => modulus.LimbCount;

    public override int WorkWords => 0;

    public override void Enter(ulong* result, ulong* value, ulong* work) => modulus.Enter(result, value);

    public override void One(ulong* result, ulong* work) => Limbs.Copy(modulus.One, result, modulus.LimbCount);

    public override void Multiply(ulong* product, ulong* a, ulong* b, ulong* work) => modulus.Multiply(product, a, b);

    public override void Square(ulong* product, ulong* a, ulong* work) => modulus.Multiply(product, a, a);

    public override void Leave(ulong* result, ulong* value, ulong* work) => modulus.Leave(result, value);

    public override void Zero()
    {
        // The modulus zeroes its own.
    }
}
