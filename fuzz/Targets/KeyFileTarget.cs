using System.Text;
using System.Text.RegularExpressions;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Fuzz;

/// <summary>Key files. Base64 stops nearly every change to a text, so an input that begins like DER is also tried behind each PEM
/// label, and one that begins like a key blob as a public key.</summary>
internal sealed partial class KeyFileTarget : IFuzzTarget
{
    /// <summary>The passphrase of the encrypted files in the corpus.</summary>
    public const string Passphrase = "fuzz";

    private const byte DerSequence = 0x30;

    // A derivation with larger numbers is bounded, which its own tests show, but too slow to be run ten thousand times.
    private const int LargestCost = 64;

    private static readonly string[] Labels = ["PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "PUBLIC KEY", "RSA PUBLIC KEY"];

    public string Name => "keyfile";

    // A derivation's memory, and the pinned numbers of a key.
    public long FixedAllocation => 16 * 1024 * 1024;

    public IEnumerable<byte[]> Seeds
    {
        get
        {
            using PrivateKey key = PrivateKey.Generate("ssh-ed25519", 0, new SeededRandom(1));
            yield return key.PublicKey.Blob.ToArray();
            yield return Encoding.ASCII.GetBytes(key.PublicKey.ToOpenSshLine("fuzz"));
        }
    }

    public void Run(ReadOnlySpan<byte> input)
    {
        SshException? refusal = Try(input);
        if (input is [DerSequence, ..])
        {
            string base64 = Convert.ToBase64String(input);
            List<SshException?> refusals = [.. Labels.Select(label => Try(Encoding.ASCII.GetBytes($"-----BEGIN {label}-----\n{base64}\n-----END {label}-----\n")))];
            // How far it got under the label it was made for is what the outcome shall say.
            refusal = refusals.Contains(null) ? null : refusals.MaxBy(each => each!.StackTrace!.Length);
        }
        else if (input is [0, 0, 0, ..])
        {
            PublicKey.Parse(input);
        }

        if (refusal is not null)
            throw refusal;
    }

    private static SshException? Try(ReadOnlySpan<byte> file)
    {
        try
        {
            KeyFileInfo info = KeyFile.Inspect(file);
            if (info.PublicKey is not null)
                KeyFile.ReadPublic(file);
            if (info.IsPrivate && !IsCostly(info.KeyDerivation ?? ""))
                KeyFile.ReadPrivate(file, Passphrase).Dispose();
            return null;
        }
        catch (SshException refusal)
        {
            return refusal;
        }
    }

    // "bcrypt, 16 rounds", "Argon2id, 8192 KiB, 13 passes": KiB and PBKDF2's iterations are cheap by the thousand.
    private static bool IsCostly(string derivation)
    {
        bool cheapUnits = derivation.Contains("PBKDF2", StringComparison.OrdinalIgnoreCase) || derivation.Contains("KiB", StringComparison.Ordinal);
        int largest = cheapUnits ? 20_000 : LargestCost;
        return Costs().Matches(derivation).Any(cost => !int.TryParse(cost.Value, out int value) || value > largest)
            || ManyPasses().IsMatch(derivation);
    }

    [GeneratedRegex(@"(?<![A-Za-z0-9-])[0-9]+")]
    private static partial Regex Costs();

    [GeneratedRegex("KiB, [0-9]{2,}")]
    private static partial Regex ManyPasses();
}
