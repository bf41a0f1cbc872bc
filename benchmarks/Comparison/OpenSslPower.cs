using System.Runtime.InteropServices;

namespace LucidSsh.Benchmarks.Comparison;

/// <summary>OpenSSL's constant-time modular exponentiation, called in its library: <c>openssl speed</c> knows Diffie-Hellman only
/// with exponents of its own choice, shorter than SSH's.</summary>
internal sealed partial class OpenSslPower
{
    private const string Library = "libcrypto.so.3";

    private readonly nint _result = BN_new();
    private readonly nint _context = BN_CTX_new();
    private readonly nint _montgomery = BN_MONT_CTX_new();
    private readonly nint _base;
    private readonly nint _exponent;
    private readonly nint _modulus;

    // What is allocated here lives as long as the process.
    public OpenSslPower(byte[] number, byte[] exponent, byte[] modulus)
    {
        _base = BN_bin2bn(number, number.Length, 0);
        _exponent = BN_bin2bn(exponent, exponent.Length, 0);
        _modulus = BN_bin2bn(modulus, modulus.Length, 0);
        Check(BN_MONT_CTX_set(_montgomery, _modulus, _context));
    }

    public void Compute() => Check(BN_mod_exp_mont_consttime(_result, _base, _exponent, _modulus, _context, _montgomery));

    private static void Check(int result)
    {
        if (result != 1)
            throw new InvalidOperationException("OpenSSL refused a modular exponentiation.");
    }

    [LibraryImport(Library)]
    private static partial nint BN_new();

    [LibraryImport(Library)]
    private static partial nint BN_CTX_new();

    [LibraryImport(Library)]
    private static partial nint BN_MONT_CTX_new();

    [LibraryImport(Library)]
    private static partial int BN_MONT_CTX_set(nint montgomery, nint modulus, nint context);

    [LibraryImport(Library)]
    private static partial nint BN_bin2bn(byte[] bytes, int length, nint result);

    [LibraryImport(Library)]
    private static partial int BN_mod_exp_mont_consttime(nint result, nint number, nint exponent, nint modulus, nint context, nint montgomery);
}
