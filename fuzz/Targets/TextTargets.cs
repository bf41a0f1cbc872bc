using System.Text;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Crypto;

namespace LucidSsh.Fuzz;

/// <summary>Lines of known_hosts, and whether they are about a host. What is not understood is a fault: nothing is thrown.</summary>
internal sealed class KnownHostsTarget : IFuzzTarget
{
    public string Name => "knownhosts";

    // A hashed name costs an HMAC, and a line with a key the key.
    public long FixedAllocation => 1024 * 1024;

    public IEnumerable<byte[]> Seeds
    {
        get
        {
            using PrivateKey key = PrivateKey.Generate("ssh-ed25519", 0, new SeededRandom(1));
            string text = key.PublicKey.ToOpenSshLine("comment");
            foreach (string hosts in new[] { "example.org", "*.example.org,!bad.example.org,[host]:2222", "@revoked *", "@revoke x", "@revoked |1|x|y", "@cert-authority @revoked *", "@cert-authority *.org", "|1|AAAAAAAAAAAAAAAAAAAAAAAAAAA=|AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "a*b?c*d,192.0.2.?" })
                yield return Encoding.UTF8.GetBytes($"# comment\n{hosts} {text}\n");
        }
    }

    public void Run(ReadOnlySpan<byte> input)
    {
        int number = 0;
        foreach (ReadOnlySpan<char> text in Encoding.UTF8.GetString(input).AsSpan().EnumerateLines())
        {
            KnownHostsLine.Parse(text.ToString(), "known_hosts", ++number, out KnownHostsEntry? line, out KnownHostsFault? fault);
            fault ??= line?.Fault;
            fault?.MayBeAbout("a.long.name.of.a.host.example.org");
            line?.Matches("a.long.name.of.a.host.example.org", 22);
            line?.Matches("[2001:db8::1]", 2222);
            line?.Matches("", 65535);
        }
    }
}

/// <summary>authorized_keys.</summary>
internal sealed class AuthorizedKeysTarget : IFuzzTarget
{
    public string Name => "authorizedkeys";

    public IEnumerable<byte[]> Seeds
    {
        get
        {
            foreach (string type in new[] { "ssh-ed25519", "ecdsa-sha2-nistp256" })
            {
                using PrivateKey key = PrivateKey.Generate(type, 0, new SeededRandom(1));
                string text = key.PublicKey.ToOpenSshLine("comment of several words");
                yield return Encoding.UTF8.GetBytes($"# comment\n\n{text}\n");
                yield return Encoding.UTF8.GetBytes($"command=\"date\",no-pty {text}\n");
            }
        }
    }

    public void Run(ReadOnlySpan<byte> input) => AuthorizedKeys.Parse(Encoding.UTF8.GetString(input));
}
