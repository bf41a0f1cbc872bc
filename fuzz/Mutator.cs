using System.Buffers.Binary;
using System.Text;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Fuzz;

/// <summary>Makes new inputs from old ones: a few random changes of the kinds that break parsers.</summary>
internal sealed class Mutator(Random random)
{
    /// <summary>The longest input made, in bytes.</summary>
    public const int LongestInput = 64 * 1024;

    private const int MostChanges = 6;

    private static readonly uint[] InterestingIntegers =
        [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 64, 127, 128, 255, 256, 1024, 4095, 4096, 32767, 32768, 35000, 65535, 65536, 262144, 1 << 24, int.MaxValue, 1u << 31, uint.MaxValue - 7, uint.MaxValue - 4, uint.MaxValue - 3, uint.MaxValue - 1, uint.MaxValue];

    private static readonly byte[][] Dictionary = [.. Words().Distinct().Select(Encoding.Latin1.GetBytes)];

    /// <summary>An input near one of <paramref name="corpus"/>; half of them near its first <paramref name="seeds"/>, which are
    /// whole.</summary>
    public byte[] Next(IReadOnlyList<byte[]> corpus, int seeds)
    {
        byte[] input = random.Next(2) == 0 ? corpus[random.Next(seeds)] : Pick(corpus);
        for (int changes = random.Next(1, MostChanges + 1); changes > 0; changes--)
            input = Change(input, corpus);
        return input.Length <= LongestInput ? input : input[..LongestInput];
    }

    private byte[] Change(byte[] input, IReadOnlyList<byte[]> corpus)
    {
        if (input.Length == 0)
            return Pick(corpus);
        int at = random.Next(input.Length);
        return random.Next(11) switch
        {
            0 => With(input, at, (byte)(input[at] ^ 1 << random.Next(8))),
            1 => With(input, at, (byte)random.Next(256)),
            2 => With(input, at, random.Next(4) switch { 0 => 0, 1 => 0xff, 2 => (byte)(input[at] + 1), _ => (byte)(input[at] - 1) }),
            3 => Overwrite(input, random.Next(2) == 0 ? at : at & ~3, BigEndian(InterestingIntegers[random.Next(InterestingIntegers.Length)])),
            4 => input[..at],
            5 => Remove(input, at, random.Next(1, 9)),
            6 => Insert(input, at, Piece(input)),
            7 => Insert(input, at, Word()),
            8 => Overwrite(input, at, Word()),
            9 => Insert(input, at, BigEndianString(Word())),
            _ => [.. input.AsSpan(0, at), .. Tail(Pick(corpus))],
        };
    }

    private byte[] Pick(IReadOnlyList<byte[]> corpus) => corpus[random.Next(corpus.Count)];

    private byte[] Word() => Dictionary[random.Next(Dictionary.Length)];

    private byte[] Tail(byte[] input) => input[random.Next(input.Length + 1)..];

    private byte[] Piece(byte[] input)
    {
        int start = random.Next(input.Length);
        return input[start..random.Next(start, input.Length + 1)];
    }

    private static byte[] With(byte[] input, int at, byte value)
    {
        byte[] changed = [.. input];
        changed[at] = value;
        return changed;
    }

    private static byte[] Overwrite(byte[] input, int at, byte[] value)
    {
        byte[] changed = [.. input];
        value.AsSpan(0, Math.Min(value.Length, input.Length - at)).CopyTo(changed.AsSpan(at));
        return changed;
    }

    private static byte[] Insert(byte[] input, int at, byte[] value) => [.. input.AsSpan(0, at), .. value, .. input.AsSpan(at)];

    private static byte[] Remove(byte[] input, int at, int count) => [.. input.AsSpan(0, at), .. input.AsSpan(Math.Min(at + count, input.Length))];

    private static byte[] BigEndianString(byte[] value) => [.. BigEndian((uint)value.Length), .. value];

    private static byte[] BigEndian(uint value)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static IEnumerable<string> Words() =>
    [
        .. AlgorithmCatalogue.KeyExchange.All, .. AlgorithmCatalogue.HostKeys.All, .. AlgorithmCatalogue.Ciphers.All, .. AlgorithmCatalogue.Macs.All,
        KexMarkers.ExtensionsClient, KexMarkers.ExtensionsServer, KexMarkers.StrictClient, KexMarkers.StrictServer,
        "none", "bcrypt", "argon2id", "ssh-userauth", "ssh-connection", "publickey", "password", "keyboard-interactive", "session", "exec", "shell",
        "subsystem", "env", "pty-req", "exit-status", "exit-signal", "server-sig-algs", "posix-rename@openssh.com", "SSH-2.0-", "SSH-1.99-", "SSH-1.5-", "HTTP/1.1",
        "nistp256", "nistp384", "nistp521", "openssh-key-v1\0", "-----BEGIN ", "-----END ", " PRIVATE KEY-----", "OPENSSH", "ENCRYPTED", "RSA", "EC",
        "Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,", "PuTTY-User-Key-File-3: ", "Private-Lines: ", "Argon2-Passes: ", "Encryption: none",
        "@revoked ", "@cert-authority ", "|1|", "*", "?", "!", "#", ",", "=", "\r\n", "\n", "\r", "\t", " ", "\0", "é", "\u00ff\u00fe", "-1", "4294967296", "18446744073709551616",
    ];
}
