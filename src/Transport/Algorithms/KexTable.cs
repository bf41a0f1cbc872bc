using System.Collections.Immutable;
using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>Every key exchange method, in the order it is offered.</summary>
internal static class KexTable
{
    /// <summary>All rows.</summary>
    public static ImmutableArray<KexMethod> All { get; } =
    [
        new Curve25519Kex("curve25519-sha256"),
        new Curve25519Kex("curve25519-sha256@libssh.org"),
        new NistEcdhKex("ecdh-sha2-nistp256", NistCurve.P256),
        new NistEcdhKex("ecdh-sha2-nistp384", NistCurve.P384),
        new NistEcdhKex("ecdh-sha2-nistp521", NistCurve.P521),
        new DiffieHellmanKex("diffie-hellman-group16-sha512", HashName.Sha512, DiffieHellmanGroup.Group16),
        new DiffieHellmanKex("diffie-hellman-group18-sha512", HashName.Sha512, DiffieHellmanGroup.Group18),
        new DiffieHellmanKex("diffie-hellman-group14-sha256", HashName.Sha256, DiffieHellmanGroup.Group14),
        new DiffieHellmanKex("diffie-hellman-group14-sha1", HashName.Sha1, DiffieHellmanGroup.Group14, Posture.OnlyByName),
        new DiffieHellmanKex("diffie-hellman-group1-sha1", HashName.Sha1, DiffieHellmanGroup.Group1, Posture.OnlyByName),
    ];

    /// <summary>The row of a name, or null.</summary>
    public static KexMethod? Find(string name) => All.FirstOrDefault(method => method.Name == name);
}
