using System.Security.Cryptography;

namespace LucidSsh.Tests.Architecture;

/// <summary>What this assembly does when it is started as a program without arguments: one hash of the base library. It is the
/// control of <see cref="NoOpenSslTests"/>: where OpenSSL cannot be loaded, it dies.</summary>
internal static class Control
{
    public const string Success = "hashed";

    public static void Hash()
    {
        SHA256.HashData([]);
        Console.WriteLine(Success);
    }
}
