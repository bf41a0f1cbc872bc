using System.Collections.Immutable;
using LucidSsh.Crypto;

namespace LucidSsh.Lab;

/// <summary>One question of a group exchange (RFC 4419), in bits, and its answer.</summary>
/// <param name="Method">The group exchange method.</param>
/// <param name="Minimum">The smallest group asked for.</param>
/// <param name="Preferred">The size asked for.</param>
/// <param name="Maximum">The largest group asked for.</param>
/// <param name="Bits">The size of the group the server named; 0 where it refused.</param>
public sealed record GroupSize(string Method, int Minimum, int Preferred, int Maximum, int Bits)
{
    /// <summary>The group's name where its prime is a well-known one (RFC 2409, RFC 3526), else null. OpenSSH falls back to such a group where its
    /// moduli file has none of the size.</summary>
    public string? KnownPrime { get; init; }

    private static ImmutableArray<(string Name, string Prime)> KnownPrimes { get; } =
    [
        ("group 1", DiffieHellmanPrimes.Group2),
        ("group 14", DiffieHellmanPrimes.Group14),
        ("group 15", DiffieHellmanPrimes.Group15),
        ("group 16", DiffieHellmanPrimes.Group16),
        ("group 17", DiffieHellmanPrimes.Group17),
        ("group 18", DiffieHellmanPrimes.Group18),
    ];

    /// <summary>The smallest group a server named; 0 where it named none.</summary>
    internal static int Smallest(IEnumerable<GroupSize> answers) =>
        answers.Where(answer => answer.Bits > 0).Select(answer => answer.Bits).DefaultIfEmpty().Min();

    /// <summary>The name of a well-known prime, or null.</summary>
    internal static string? NameOf(ReadOnlySpan<byte> prime)
    {
        string hex = Convert.ToHexString(prime);
        return KnownPrimes.FirstOrDefault(known => string.Equals(known.Prime, hex, StringComparison.OrdinalIgnoreCase)).Name;
    }
}
