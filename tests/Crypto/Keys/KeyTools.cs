using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto.Keys;

/// <summary>A directory for one test class, with one key of every type made by the real ssh-keygen, and that program and
/// openssl to ask for a second opinion.</summary>
public sealed class KeyTools : IDisposable
{
    /// <summary>ssh-keygen's arguments for each kind of key the tests use; 2048 bits make RSA quick.</summary>
    private static readonly Dictionary<string, string[]> Arguments = new()
    {
        ["ed25519"] = ["-t", "ed25519"],
        ["ecdsa256"] = ["-t", "ecdsa", "-b", "256"],
        ["ecdsa384"] = ["-t", "ecdsa", "-b", "384"],
        ["ecdsa521"] = ["-t", "ecdsa", "-b", "521"],
        ["rsa"] = ["-t", "rsa", "-b", "2048"],
    };

    public const string Passphrase = "correct horse";

    public const string Comment = "tester@example";

    private readonly string _directory = Directory.CreateTempSubdirectory("lucid-keys-").FullName;
    private readonly Dictionary<string, string> _keys = [];
    private int _count;

    public static IEnumerable<string> Kinds => Arguments.Keys;

    public string NewPath(string name = "key") => Path.Combine(_directory, $"{name}{++_count}");

    /// <summary>The path of a plain key of this kind in OpenSSH's format; made once. Its public half is beside it.</summary>
    public string Plain(string kind)
    {
        if (!_keys.TryGetValue(kind, out string? path))
        {
            _keys[kind] = path = NewPath(kind);
            Run("ssh-keygen", ["-q", .. Arguments[kind], "-N", "", "-C", Comment, "-f", path]);
        }

        return path;
    }

    /// <summary>A copy of the plain key that ssh-keygen has rewritten with these arguments.</summary>
    public string Rewritten(string kind, params string[] arguments)
    {
        string path = NewPath(kind);
        File.Copy(Plain(kind), path);
        Run("chmod", ["600", path]);
        Run("ssh-keygen", ["-q", "-p", "-P", "", "-f", path, .. arguments]);
        return path;
    }

    public string WriteFile(ReadOnlySpan<byte> content)
    {
        string path = NewPath("file");
        File.WriteAllBytes(path, content.ToArray());
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    public string PublicLine(string kind) => File.ReadAllText(Plain(kind) + ".pub").TrimEnd();

    /// <summary>A new key of any type; RSA comes from the base library, which makes 2048 bits faster than we do.</summary>
    public static PrivateKey NewKey(string type)
    {
        if (type != "ssh-rsa")
            return PrivateKey.Generate(type);
        using RSA rsa = RSA.Create(2048);
        return KeyFile.ReadPrivate(Encoding.ASCII.GetBytes(rsa.ExportPkcs8PrivateKeyPem()));
    }

    /// <summary>The standard output of a program that must succeed.</summary>
    public static string Run(string program, IEnumerable<string> arguments, string input = "")
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {error.Result}");
        return output;
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
