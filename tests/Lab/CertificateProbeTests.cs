using LucidSsh.Lab;
using LucidSsh.Tests.Crypto.Keys;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Lab;

/// <summary>What the probe says of a server with host certificates.</summary>
[Trait("Peer", "OpenSsh")]
public sealed class CertificateProbeTests
{
    [Fact]
    public async Task Probe_OfAServerWithCertificates_ShowsThemAndThePlainKeys()
    {
        await using SshdServer keys = await SshdServer.StartAsync(); // makes keys
        foreach (string type in (string[])["ed25519", "rsa"])
            KeyTools.Run("ssh-keygen", ["-q", "-h", "-s", keys.UserKey, "-I", $"the {type} host", "-n", "*.example.org", "-z", "12", keys[$"host_{type}.pub"]]);
        await using SshdServer server = await SshdServer.StartAsync(string.Join('\n', ((string[])["ed25519", "rsa"]).Select(
            type => $"HostKey {keys[$"host_{type}"]}\nHostCertificate {keys[$"host_{type}-cert.pub"]}")));
        ProbeResult result = await ServerProbe.RunAsync(server.Target, new ProbeOptions { ListenTime = TimeSpan.FromSeconds(5) });
        Assert.True(result.Succeeded, result.Summary);
        Assert.Empty(result.LeftOut);
        Assert.Equal(
            ["ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com", "ssh-rsa", "ssh-rsa-cert-v01@openssh.com"],
            result.HostKeys.Select(key => key.Type).Order(StringComparer.Ordinal));
        foreach (HostKeyReport shown in result.HostKeys.Where(key => key.IsCertificate))
        {
            HostKeyReport plain = result.HostKeys.Single(key => !key.IsCertificate && shown.Type.StartsWith(key.Type, StringComparison.Ordinal));
            Assert.Equal((plain.Sha256, plain.Bits, "12", "host"), (shown.Certificate?.Key, shown.Bits, shown.Certificate?.Serial, shown.Certificate?.Kind));
        }

        (int code, string output, string error) = await LucidProgram.RunAsync(["probe", $"127.0.0.1:{server.Port}"]);
        Assert.True(code == 0, error);
        Assert.Contains("host certificate \"the ed25519 host\" serial 12 for *.example.org, valid for ever, signed by ssh-ed25519 SHA256:", output, StringComparison.Ordinal);
    }
}
