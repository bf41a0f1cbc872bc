using System.Text;
using LucidSsh.Wire;

namespace LucidSsh.Crypto;

internal sealed partial class PuttyKeyFile
{
    private const int Memory = 8192; // KiB, as PuTTYgen takes it
    private const int DefaultPasses = 16;
    private const int SaltSize = 16;
    private const int LineWidth = 64;

    /// <summary>Writes a key in version 3 as text: in the clear, or with AES-256-CBC and Argon2id.</summary>
    public static byte[] Write(PrivateKey key, ReadOnlySpan<byte> passphrase, KeyFileOptions options, IRandomSource random)
    {
        bool encrypted = !passphrase.IsEmpty;
        PuttyKeyDerivation derivation = new(Argon2Type.Id, Memory, options.Rounds ?? DefaultPasses, 1, new byte[SaltSize]);
        if (options.Cipher is not (null or Aes256Cbc) || derivation.Passes is < 1 or > PuttyKeyDerivation.MaximumWork / Memory)
        {
            throw new LocalMisuseException(
                SshErrorCode.Misuse, $"A PuTTY key file cannot be encrypted with {options.Cipher ?? Aes256Cbc} and {derivation.Passes} passes of Argon2.",
                $"The cipher is {Aes256Cbc}, and 1 to {PuttyKeyDerivation.MaximumWork / Memory} passes are allowed.");
        }

        WireBuffer inside = new(4096), text = new(8192);
        try
        {
            WritePrivateNumbers(new SshWriter(inside), key);
            if (encrypted)
                random.Fill(inside.Extend((IvSize - inside.Length % IvSize) % IvSize));
            random.Fill(derivation.Salt);
            WriteLines(text, key, inside.Written, passphrase, encrypted ? derivation : null);
            return text.Written.ToArray();
        }
        finally
        {
            inside.Zero();
            text.Zero();
        }
    }

    private static void WriteLines(
        WireBuffer text, PrivateKey key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> passphrase, PuttyKeyDerivation? derivation)
    {
        string type = key.PublicKey.Type, encryption = derivation is null ? "none" : Aes256Cbc;
        byte[] comment = Encoding.UTF8.GetBytes(key.Comment.ReplaceLineEndings(" "));
        using Secret keys = new(CipherKeySize + IvSize + MacKeySize), sealedPart = new(plain);
        ReadOnlySpan<byte> macKey = [];
        Line($"PuTTY-User-Key-File-3: {type}");
        Line($"Encryption: {encryption}");
        Line($"Comment: {Encoding.UTF8.GetString(comment)}");
        Base64("Public-Lines", key.PublicKey.Blob.Span);
        if (derivation is not null)
        {
            derivation.Derive(passphrase, keys.Span);
            AesCbc.Encrypt(keys.Span[..CipherKeySize], keys.Span.Slice(CipherKeySize, IvSize), plain, sealedPart.Span);
            macKey = keys.Span[(CipherKeySize + IvSize)..];
            Line($"Key-Derivation: Argon2{derivation.Kind.ToString().ToLowerInvariant()}");
            Line($"Argon2-Memory: {derivation.Memory}");
            Line($"Argon2-Passes: {derivation.Passes}");
            Line($"Argon2-Parallelism: {derivation.Lanes}");
            Line($"Argon2-Salt: {Convert.ToHexStringLower(derivation.Salt)}");
        }

        Base64("Private-Lines", sealedPart.Span);
        byte[] mac = Mac(HashName.Sha256, macKey, type, encryption, comment, key.PublicKey.Blob.Span, plain);
        Line($"Private-MAC: {Convert.ToHexStringLower(mac)}");

        void Line(string line) => Encoding.UTF8.GetBytes(line + "\n", text);

        void Base64(string name, ReadOnlySpan<byte> bytes)
        {
            Line($"{name}: {(bytes.Length + LineWidth / 4 * 3 - 1) / (LineWidth / 4 * 3)}");
            PemBlock.WriteBase64(text, bytes, LineWidth);
        }
    }

    private static void WritePrivateNumbers(SshWriter writer, PrivateKey key)
    {
        switch (key)
        {
            case SshRsaPrivateKey rsa:
                rsa.WritePuttyNumbers(writer);
                break;
            case SshEcdsaPrivateKey ec:
                writer.MpInt(ec.Scalar);
                break;
            default:
                writer.String(((SshEd25519PrivateKey)key).Seed);
                break;
        }
    }
}
