using System.Net;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Server;
using LucidSsh.Tests.Harness;

namespace LucidSsh.Tests.Server;

/// <summary>What a server says of its login in EXT_INFO (RFC 8308) is what its login does.</summary>
public sealed class AnnouncedExtensionTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("rsa-sha2-512,ssh-ed25519")]
    [InlineData("ssh-rsa")]
    public async Task SignatureAlgorithms_AnnouncedAreThoseAccepted(string? algorithms)
    {
        SimpleAuthenticator authenticator = new(AuthenticationMethods.Parse("none"));
        ServerLoginOptions login = algorithms is null ? new() : new() { SignatureAlgorithms = [.. algorithms.Split(',')] };
        await using SshServer server = SshServer.Start(
            new IPEndPoint(IPAddress.Loopback, 0), new SshServerOptions { HostKeys = [TransportPair.HostKey], Authenticator = authenticator, Login = login });
        await using SshClient client = await SshClient.ConnectAsync(
            new SshTarget("alice", "127.0.0.1", server.EndPoint.Port), new SshClientOptions { HostKeys = HostKeyPolicy.InsecureAcceptAny() });
        Dictionary<string, string> announced = client.Negotiation.ServerExtensions.ToDictionary(extension => extension.Name, extension => extension.Value);
        Assert.Equal(string.Join(',', login.SignatureAlgorithms), announced["server-sig-algs"]);
        Assert.Equal("0", announced["publickey-hostbound@openssh.com"]);
        if (algorithms is null)
            Assert.DoesNotContain("ssh-rsa", announced["server-sig-algs"].Split(','));
    }
}
