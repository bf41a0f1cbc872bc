namespace LucidSsh.Crypto;

/// <summary>The Argon2 parameters of a version 3 file.</summary>
internal sealed record PuttyKeyDerivation(Argon2Type Kind, int Memory, int Passes, int Lanes, byte[] Salt)
{
    private const int MaximumMemory = 256 << 10; // KiB; PuTTYgen writes 8 MiB

    /// <summary>The most work a file may ask for, in KiB times passes: some seconds.</summary>
    public const int MaximumWork = 4 << 20;

    /// <summary>For people.</summary>
    public string Name => $"Argon2{Kind.ToString().ToLowerInvariant()}, {Memory} KiB, {Passes} passes";

    /// <summary>Reads the lines between Public-Lines and Private-Lines.</summary>
    public static PuttyKeyDerivation Read(ref PuttyKeyFile.LineCursor lines, KeySource source)
    {
        string name = lines.Text("Key-Derivation");
        Argon2Type kind = name switch
        {
            "Argon2id" => Argon2Type.Id,
            "Argon2i" => Argon2Type.I,
            "Argon2d" => Argon2Type.D,
            _ => throw source.UnsupportedProtection($"key derivation {name}"),
        };
        int memory = lines.Number("Argon2-Memory"), passes = lines.Number("Argon2-Passes"), lanes = lines.Number("Argon2-Parallelism");
        string salt = lines.Text("Argon2-Salt");
        if (salt.Length is < 16 or > 128 || salt.Length % 2 != 0 || !salt.All(char.IsAsciiHexDigit))
            throw source.Damaged("Argon2-Salt is not 8 to 64 bytes in hexadecimal");
        if (passes < 1 || lanes is < 1 or > 64 || memory < 8 * lanes)
            throw source.Damaged($"Argon2's parameters are not allowed: {memory} KiB, {passes} passes, parallelism {lanes}");
        if (memory > MaximumMemory || (long)memory * passes > MaximumWork)
            throw source.DerivationTooCostly($"{name} with {memory} KiB and {passes} passes");
        return new PuttyKeyDerivation(kind, memory, passes, lanes, Convert.FromHexString(salt));
    }

    /// <summary>Fills <paramref name="keys"/> with cipher key, IV and MAC key.</summary>
    public void Derive(ReadOnlySpan<byte> passphrase, Span<byte> keys) =>
        Argon2.Derive(Kind, passphrase, Salt, [], [], Memory, Passes, Lanes, keys);
}
