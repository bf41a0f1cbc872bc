using System.Text;
using LucidSsh.Tests.Harness;

namespace LucidSsh.Tests.Client;

/// <summary>Every situation of docs/host-keys.md, with the exact text.</summary>
public sealed class HostTrustTests
{
    private const string Compare =
        "Compare the fingerprint with the server's own (there: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub). If it is the same, connect once with "
        + "--host-key accept-new (HostKeyPolicy.AcceptNew), or pin it with --host-key SHA256:HOSTKEY (HostKeyPolicy.Pinned).";

    private static string InBetween(string name) =>
        "Somebody may be between the two sides, or the server has been set up anew: ask its administrator which fingerprint is right. If it is the new one, "
        + $"forget the known key (ssh-keygen -R '{name}' -f 'FILE') and connect again.";

    private const string Stolen =
        "Whoever stole the key may be showing it. Do not connect to this server before its administrator has explained the revocation and given it another key.";

    private const string Damaged = "Correct the line, or remove it if it is not needed: a revocation that cannot be read is not passed over.";

    private const string NotPinned = "Somebody may be between the two sides, or the server has been set up anew: ask its administrator, and pin what it has now.";

    private const string Unknown = "The host files.example:22 is not known: its key ssh-ed25519 SHA256:HOSTKEY is not in FILE";

    private static readonly string Changed =
        "The host key of files.example:22 has changed: it shows ssh-ed25519 SHA256:HOSTKEY; known is ssh-ed25519 SHA256:OLDKEY (FILE, line 1). "
        + InBetween("files.example");

    internal static readonly HostTrustSituation[] Situations =
    [
        new("first contact, strict", "", "HOSTKEY", $"{Unknown}. {Compare}"),
        new("first contact, accept-new", "", "HOSTKEY", "accepted") { Policy = "accept-new", After = "files.example HOSTKEY\n" },
        new("first contact, accept-new, HashNames", "", "HOSTKEY", "accepted") { Policy = "accept-new, hashed", After = "files.example HOSTKEY\n" },
        new("first contact, asked: no", "", "HOSTKEY", "The host files.example:22 is not known, and its key ssh-ed25519 SHA256:HOSTKEY was not accepted.") { Policy = "ask: no" },
        new("first contact, asked: once", "", "HOSTKEY", "accepted") { Policy = "ask: once" },
        new("first contact, asked: yes", "other OLDKEY", "HOSTKEY", "accepted") { Policy = "ask: yes", After = "other OLDKEY\nfiles.example HOSTKEY\n" },
        new("first contact, and a line that cannot be read", "# mine\nfiles.example ssh-ed25519 AAAA\n", "HOSTKEY", $"{Unknown}. A line cannot be read: FILE, line 2: its key is cut off. {Compare}"),
        new("first contact, and several lines that cannot be read", "files.example ssh-ed25519 ?\nx\n", "HOSTKEY", $"{Unknown}. 2 lines cannot be read; the first is FILE, line 1: its key is no base64. {Compare}"),
        new("known", "files.example HOSTKEY\n", "HOSTKEY", "accepted"),
        new("known by a pattern", "*.example,!mail.example HOSTKEY\n", "HOSTKEY", "accepted"),
        new("known by one of several keys", "files.example OLDKEY\nfiles.example HOSTKEY\n", "HOSTKEY", "accepted"),
        new("changed", "files.example OLDKEY\n", "HOSTKEY", Changed),
        new("changed, accept-new", "files.example OLDKEY\n", "HOSTKEY", Changed) { Policy = "accept-new" },
        new("changed, nobody is asked", "files.example OLDKEY\n", "HOSTKEY", Changed) { Policy = "ask: must not be asked" },
        new("a key of another type", "files.example ECDSAKEY\n", "HOSTKEY",
            "The host files.example:22 shows a key of another type than it is known by: it shows ssh-ed25519 SHA256:HOSTKEY; known is ecdsa-sha2-nistp256 SHA256:ECDSAKEY (FILE, line 1), "
            + "which it does not offer. " + InBetween("files.example")),
        new("a port of its own", "files.example OLDKEY\n[files.example]:2222 HOSTKEY\n", "HOSTKEY", "accepted") { Port = 2222 },
        new("a port of its own, changed", "[files.example]:2222 OLDKEY\n", "HOSTKEY",
            "The host key of files.example:2222 has changed: it shows ssh-ed25519 SHA256:HOSTKEY; known is ssh-ed25519 SHA256:OLDKEY (FILE, line 1). "
            + InBetween("[files.example]:2222")) { Port = 2222 },
        new("another port, and the host's own key", "files.example HOSTKEY\n", "HOSTKEY", "accepted") { Port = 2222 },
        new("another port, and another key than the host's", "files.example OLDKEY\n", "HOSTKEY",
            "The host files.example:2222 is not known: its key ssh-ed25519 SHA256:HOSTKEY is not in FILE. " + Compare) { Port = 2222 },
        new("port 22, and known under another port alone", "[files.example]:2222 HOSTKEY\n", "HOSTKEY", $"{Unknown}. {Compare}"),
        new("known under its alias", "tunnel HOSTKEY\nfiles.example OLDKEY\n", "HOSTKEY", "accepted") { Alias = "Tunnel", Port = 2222 },
        new("revoked", "files.example HOSTKEY\n@revoked * HOSTKEY\n", "HOSTKEY", $"The host key ssh-ed25519 SHA256:HOSTKEY of files.example:22 is revoked (FILE, line 2). {Stolen}"),
        new("revoked, accept-new", "@revoked files.example HOSTKEY\n", "HOSTKEY", $"The host key ssh-ed25519 SHA256:HOSTKEY of files.example:22 is revoked (FILE, line 1). {Stolen}") { Policy = "accept-new" },
        new("revoked without a port, on another port", "@revoked files.example HOSTKEY\n[files.example]:2222 HOSTKEY\n", "HOSTKEY",
            $"The host key ssh-ed25519 SHA256:HOSTKEY of files.example:2222 is revoked (FILE, line 1). {Stolen}") { Port = 2222 },
        new("revoked by a list", "files.example HOSTKEY\n", "HOSTKEY", $"The host key ssh-ed25519 SHA256:HOSTKEY of files.example:22 is revoked (LIST). {Stolen}") { RevocationList = "HOSTKEY\n" },
        new("revoked is another key", "files.example HOSTKEY\n@revoked * OLDKEY\n", "HOSTKEY", "accepted") { RevocationList = "ECDSAKEY\n" },
        new("a revocation that cannot be read", "files.example HOSTKEY\n@revoked *.example ssh-ed25519 AAAA\n", "HOSTKEY",
            $"Line 2 of FILE may revoke the key ssh-ed25519 SHA256:HOSTKEY of files.example:22, and cannot be read: its key is cut off. {Damaged}"),
        new("a revocation whose hosts cannot be read", "files.example HOSTKEY\n@revoked |1|AAAA|AAAA OLDKEY\n", "HOSTKEY",
            $"Line 2 of FILE may revoke the key ssh-ed25519 SHA256:HOSTKEY of files.example:22, and cannot be read: its hashed name is damaged. {Damaged}"),
        new("a marker that is not known", "files.example HOSTKEY\n@Revoked * OLDKEY\n", "HOSTKEY",
            $"Line 2 of FILE may revoke the key ssh-ed25519 SHA256:HOSTKEY of files.example:22, and cannot be read: \"@Revoked\" is no marker that is known. {Damaged}"),
        new("a revocation of other hosts that cannot be read", "files.example HOSTKEY\n@revoked other ssh-ed25519 AAAA\n", "HOSTKEY", "accepted"),
        new("certified", "@cert-authority *.example CAKEY\n", "certificate", "accepted"),
        new("certified, on another port", "@cert-authority *.example CAKEY\n", "certificate", "accepted") { Port = 2222 },
        new("certified, and the known key is another", "@cert-authority *.example CAKEY\nfiles.example OLDKEY\n", "certificate", "accepted"),
        new("certified by a CA that is not trusted", "", "certificate",
            $"{Unknown}, and no @cert-authority line for it trusts the authority of its certificate, ssh-ed25519 SHA256:CAKEY. {Compare}"),
        new("certified by another CA than the trusted one", "@cert-authority *.example CAKEY\n", "certificate of another CA",
            $"{Unknown}, and the authority of its certificate, ssh-ed25519 SHA256:OTHERCA, is not the one that is trusted for it, ssh-ed25519 SHA256:CAKEY (FILE, line 1). {Compare}"),
        new("certified by a CA that is trusted for other hosts", "@cert-authority *.test CAKEY\n", "certificate",
            $"{Unknown}, and no @cert-authority line for it trusts the authority of its certificate, ssh-ed25519 SHA256:CAKEY. {Compare}"),
        new("certified by a CA that is not trusted, and the key in it is known", "files.example HOSTKEY\n", "certificate of another CA", "accepted"),
        new("the CA's key in the place of the host's", "@cert-authority *.example HOSTKEY\n", "HOSTKEY", $"{Unknown}. {Compare}"),
        new("certificate expired", "@cert-authority *.example CAKEY\n", "expired certificate",
            "The host files.example:22 cannot prove who it is: the host certificate \"files.example\" (serial 7) has expired: it was valid until 2026-11-24 11:00:00 UTC, "
            + "and now it is 2026-11-24 12:00:00 UTC. Have its authority issue a new one, or set this host's clock right."),
        new("certificate expired, accept-new", "@cert-authority *.example CAKEY\n", "expired certificate",
            "The host files.example:22 cannot prove who it is: the host certificate \"files.example\" (serial 7) has expired: it was valid until 2026-11-24 11:00:00 UTC, "
            + "and now it is 2026-11-24 12:00:00 UTC. Have its authority issue a new one, or set this host's clock right.") { Policy = "accept-new" },
        new("certificate expired, and the key in it is known", "@cert-authority *.example CAKEY\nfiles.example HOSTKEY\n", "expired certificate", "accepted"),
        new("certificate not valid yet", "@cert-authority *.example CAKEY\n", "future certificate",
            "The host files.example:22 cannot prove who it is: the host certificate \"files.example\" (serial 7) is not valid yet: it will be from 2026-11-24 12:01:00 UTC on, "
            + "and now it is 2026-11-24 12:00:00 UTC. Wait, or set the clocks of this host and of its authority right."),
        new("certificate for another host", "@cert-authority * CAKEY\n", "certificate for another host",
            "The host files.example:22 cannot prove who it is: the host certificate \"files.example\" (serial 7) is for \"mail.example\", \"www.*\", not for the host \"files.example\". "
            + "Connect by a name it is for, or have the host's certificate issued with this name too."),
        new("certificate for nobody", "@cert-authority * CAKEY\n", "certificate for nobody",
            "The host files.example:22 cannot prove who it is: the host certificate \"files.example\" (serial 7) has no principals and therefore stands for no host. "
            + "Have it issued with the names it is for: ssh-keygen -n NAME,NAME …"),
        new("a user's certificate", "@cert-authority * CAKEY\n", "user certificate",
            "The host files.example:22 cannot prove who it is: the user certificate \"files.example\" (serial 7) is a user's, and a host cannot prove itself with it. Sign the host's key with ssh-keygen -h."),
        new("CA revoked", "@cert-authority * CAKEY\n@revoked * CAKEY\n", "certificate",
            $"The certificate authority ssh-ed25519 SHA256:CAKEY, which signed the certificate of files.example:22, is revoked (FILE, line 2). {Stolen}"),
        new("CA revoked, and the key in the certificate is known", "files.example HOSTKEY\n@revoked * CAKEY\n", "certificate",
            $"The certificate authority ssh-ed25519 SHA256:CAKEY, which signed the certificate of files.example:22, is revoked (FILE, line 2). {Stolen}"),
        new("CA revoked by a list", "@cert-authority * CAKEY\n", "certificate",
            $"The certificate authority ssh-ed25519 SHA256:CAKEY, which signed the certificate of files.example:22, is revoked (LIST). {Stolen}") { RevocationList = "CAKEY\n" },
        new("the key in the certificate revoked", "@cert-authority * CAKEY\n@revoked * HOSTKEY\n", "certificate",
            $"The host key ssh-ed25519 SHA256:HOSTKEY of files.example:22 is revoked (FILE, line 2). {Stolen}"),
        new("pinned", "", "HOSTKEY", "accepted") { Policy = "pinned, right" },
        new("pinned is another key", "files.example HOSTKEY\n", "HOSTKEY", $"The host files.example:22 showed the host key SHA256:HOSTKEY, not the pinned SHA256:OLDKEY. {NotPinned}") { Policy = "pinned" },
        new("CA pinned", "", "certificate", "accepted") { Policy = "CA pinned" },
        new("CA pinned, and no certificate", "files.example HOSTKEY\n", "HOSTKEY",
            $"The host files.example:22 showed the key ssh-ed25519 SHA256:HOSTKEY without a certificate, not a certificate signed by ssh-ed25519 SHA256:CAKEY. {NotPinned}") { Policy = "CA pinned" },
        new("CA pinned is another", "", "certificate of another CA",
            $"The host files.example:22 showed a certificate signed by ssh-ed25519 SHA256:OTHERCA, not a certificate signed by ssh-ed25519 SHA256:CAKEY. {NotPinned}") { Policy = "CA pinned" },
        new("CA pinned, and for another host", "", "certificate for another host",
            "The host files.example:22 cannot prove who it is: the host certificate \"files.example\" (serial 7) is for \"mail.example\", \"www.*\", not for the host \"files.example\". "
            + "Connect by a name it is for, or have the host's certificate issued with this name too.") { Policy = "CA pinned" },
        new("insecure-any", "files.example OLDKEY\n@revoked * HOSTKEY\n", "HOSTKEY", "accepted") { Policy = "insecure-any" },
    ];

    public static TheoryData<string> Names => [.. Situations.Select(situation => situation.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Situation_SaysExactlyThis(string name)
    {
        using HostTrustBench bench = new();
        HostTrustSituation situation = Situations.Single(situation => situation.Name == name);
        Assert.Equal(situation.Expected, await bench.JudgeAsync(situation));
    }

    [Fact]
    public async Task Document_ShowsEverySituation()
    {
        StringBuilder table = new("| situation | known_hosts | the server shows | what happens |\n| --- | --- | --- | --- |\n");
        foreach (HostTrustSituation situation in Situations)
        {
            using HostTrustBench bench = new();
            string outcome = await bench.JudgeAsync(situation);
            if (situation.After is { } after)
                outcome += $", and added: `{after.TrimEnd().Split('\n')[^1]}`";
            string lines = string.Join("<br>", situation.KnownHosts.TrimEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => $"`{line}`"));
            if (situation.RevocationList is { } list)
                lines += $"<br>in the revocation list: `{list.TrimEnd()}`";
            if (situation.Alias is { } alias)
                lines += $"<br>HostKeyAlias `{alias}`";
            table.Append($"| {situation.Name} | {lines.Replace("|", "\\|", StringComparison.Ordinal)} | {(situation.Shows.Contains(' ', StringComparison.Ordinal) || situation.Shows == "certificate" ? situation.Shows : $"`{situation.Shows}`")}"
                + $"{(situation.Port == 22 ? "" : $", port {situation.Port}")} | {outcome.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        }

        GeneratedDocument.CheckSection("docs/host-keys.md", "situations", table.ToString());
    }
}
