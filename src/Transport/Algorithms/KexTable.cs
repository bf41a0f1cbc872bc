using System.Collections.Immutable;
using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>Every key exchange method, in the order it is offered: OpenSSH's, the hybrids it does not have behind those it has, and
/// by name only what nobody misses (groups 15 and 17) or should use (SHA-1, group 1).</summary>
internal static class KexTable
{
    /// <summary>All rows.</summary>
    public static ImmutableArray<KexMethod> All { get; } =
    [
        new HybridKex("mlkem768x25519-sha256", HashName.Sha256, Kem.MlKem768, EcdhCurve.Curve25519),
        new HybridKex("sntrup761x25519-sha512", HashName.Sha512, Kem.Sntrup761, EcdhCurve.Curve25519),
        new HybridKex("sntrup761x25519-sha512@openssh.com", HashName.Sha512, Kem.Sntrup761, EcdhCurve.Curve25519),
        new HybridKex("mlkem768nistp256-sha256", HashName.Sha256, Kem.MlKem768, EcdhCurve.P256),
        new HybridKex("mlkem1024nistp384-sha384", HashName.Sha384, Kem.MlKem1024, EcdhCurve.P384),
        new EcdhKex("curve25519-sha256", HashName.Sha256, EcdhCurve.Curve25519),
        new EcdhKex("curve25519-sha256@libssh.org", HashName.Sha256, EcdhCurve.Curve25519),
        new EcdhKex("ecdh-sha2-nistp256", HashName.Sha256, EcdhCurve.P256),
        new EcdhKex("ecdh-sha2-nistp384", HashName.Sha384, EcdhCurve.P384),
        new EcdhKex("ecdh-sha2-nistp521", HashName.Sha512, EcdhCurve.P521),
        new GroupExchangeKex("diffie-hellman-group-exchange-sha256", HashName.Sha256),
        new DiffieHellmanKex("diffie-hellman-group16-sha512", HashName.Sha512, () => DiffieHellmanGroup.Group16),
        new DiffieHellmanKex("diffie-hellman-group18-sha512", HashName.Sha512, () => DiffieHellmanGroup.Group18),
        new DiffieHellmanKex("diffie-hellman-group14-sha256", HashName.Sha256, () => DiffieHellmanGroup.Group14),
        new DiffieHellmanKex("diffie-hellman-group15-sha512", HashName.Sha512, () => DiffieHellmanGroup.Group15, Posture.OnlyByName),
        new DiffieHellmanKex("diffie-hellman-group17-sha512", HashName.Sha512, () => DiffieHellmanGroup.Group17, Posture.OnlyByName),
        new GroupExchangeKex("diffie-hellman-group-exchange-sha1", HashName.Sha1, Posture.OnlyByName),
        new DiffieHellmanKex("diffie-hellman-group14-sha1", HashName.Sha1, () => DiffieHellmanGroup.Group14, Posture.OnlyByName),
        new DiffieHellmanKex("diffie-hellman-group1-sha1", HashName.Sha1, () => DiffieHellmanGroup.Group1, Posture.OnlyByName),
    ];

    /// <summary>The row of a name, or null.</summary>
    public static KexMethod? Find(string name) => All.FirstOrDefault(method => method.Name == name);
}
