using System.Collections.Immutable;
using System.Security.Cryptography;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Transport;

/// <summary>diffie-hellman-group-exchange-sha256 and -sha1 (RFC 4419): the client says which sizes it takes, the server names a
/// group, and the rest is Diffie-Hellman in it.</summary>
internal sealed class GroupExchangeKex(string name, HashName hash, Posture posture = Posture.Offered) : KexMethod(name, hash, posture)
{
    /// <summary>What our client asks for, in bits: 3072 stand against classical attacks where Curve25519 does, and servers have
    /// such groups (RFC 8270 asks for 2048 at least).</summary>
    public static KexGexRequest Request { get; } = new(Minimum: 2048, Preferred: 3072, Maximum: 8192);

    // As OpenSSH without a moduli file: well-known safe primes, whose strength the client can look up.
    private static readonly ImmutableArray<(uint Bits, Func<DiffieHellmanGroup> Group, string Prime)> Known =
    [
        (2048, () => DiffieHellmanGroup.Group14, DiffieHellmanPrimes.Group14),
        (3072, () => DiffieHellmanGroup.Group15, DiffieHellmanPrimes.Group15),
        (4096, () => DiffieHellmanGroup.Group16, DiffieHellmanPrimes.Group16),
        (6144, () => DiffieHellmanGroup.Group17, DiffieHellmanPrimes.Group17),
        (8192, () => DiffieHellmanGroup.Group18, DiffieHellmanPrimes.Group18),
    ];

    private static readonly byte[] Generator = [2];

    /// <summary>The server's half: the smallest group of at least the preferred size, else the largest that the client takes.</summary>
    /// <param name="request">What the client asks for.</param>
    /// <param name="prime">The prime to send, without leading zeros.</param>
    /// <param name="generator">The generator to send.</param>
    /// <exception cref="PeerMisbehavedException">The three sizes contradict each other.</exception>
    /// <exception cref="PeerIncompatibleException">No group here has such a size.</exception>
    public ValueKex Choose(KexGexRequest request, out byte[] prime, out byte[] generator)
    {
        if (request.Minimum > request.Preferred || request.Preferred > request.Maximum)
            throw Unacceptable($"asks for a group of {request}, which contradicts itself");
        var possible = Known.Where(known => known.Bits >= request.Minimum && known.Bits <= request.Maximum).ToArray();
        if (possible.Length == 0)
        {
            throw new PeerIncompatibleException(
                SshErrorCode.KeyExchangeFailed,
                $"The client asked for a Diffie-Hellman group of {request}; this server has groups of {string.Join(", ", Known.Select(known => known.Bits))} bits.",
                "Have the client ask for 2048 bits or more, or use another key exchange method.");
        }

        int index = Array.FindIndex(possible, known => known.Bits >= request.Preferred);
        var (_, group, hex) = possible[index < 0 ? ^1 : index];
        prime = Convert.FromHexString(hex);
        generator = Generator;
        return In(request, group, prime, generator);
    }

    /// <summary>The client's half: the method in the server's group.</summary>
    /// <exception cref="PeerMisbehavedException">The group has not the size that was asked for, or is none.</exception>
    public ValueKex Take(KexGexRequest request, ReadOnlySpan<byte> prime, ReadOnlySpan<byte> generator)
    {
        int bits = BitLength(prime);
        if (bits < request.Minimum || bits > request.Maximum)
            throw Unacceptable($"is a group of {bits} bits where {request} were asked for");
        try
        {
            DiffieHellmanGroup group = new(prime, generator);
            return In(request, () => group, prime, generator);
        }
        catch (CryptographicException exception)
        {
            throw Unacceptable($"is no group: {exception.Message.TrimEnd('.')}");
        }
    }

    /// <summary>The size of a prime without leading zeros.</summary>
    public static int BitLength(ReadOnlySpan<byte> prime) => prime.IsEmpty ? 0 : prime.Length * 8 - byte.LeadingZeroCount(prime[0]);

    private DiffieHellmanKex In(KexGexRequest request, Func<DiffieHellmanGroup> group, ReadOnlySpan<byte> prime, ReadOnlySpan<byte> generator)
    {
        WireBuffer hashed = new();
        SshWriter writer = new(hashed);
        request.Write(ref writer);
        writer.MpInt(prime);
        writer.MpInt(generator);
        return new DiffieHellmanKex(Name, Hash, group, Posture) { GroupParameters = hashed.Written.ToArray() };
    }
}
