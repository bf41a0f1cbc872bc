using System.Net;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Server;
using LucidSsh.Sftp;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Symptoms;

/// <summary>Every text a server can send reaches the user, and no control character in it does.</summary>
public sealed class PeerTextTests
{
    // Clears the screen, changes the title, turns the writing's direction and overwrites the line.
    private const string Hostile = "look: \u001b[2J\u001b]0;title\u0007\u009b1m\u202edone\rover";

    private static void AssertShown(string? text)
    {
        Assert.NotNull(text);
        Assert.Contains("look: ", text, StringComparison.Ordinal);
        Assert.Contains("done", text, StringComparison.Ordinal);
        Assert.DoesNotContain(text, c => c is '\u202e' or '\r' || (char.IsControl(c) && c is not ('\n' or '\t')));
    }

    [Fact]
    public async Task DisconnectAndDebug_ReachExceptionReportAndTrace()
    {
        await using TransportPair pair = await TransportPair.ConnectAsync();
        pair.Server.Send(new Debug(true, Hostile, ""));
        pair.Server.Send(new Disconnect(DisconnectReason.ByApplication, Hostile, ""));
        SshException failure = await pair.Client.Ended.WaitAsync(TimeSpan.FromSeconds(10));
        AssertShown(failure.Message);
        AssertShown(failure.ToString().Replace("\r\n", "\n", StringComparison.Ordinal));
        AssertShown(Assert.Single(failure.Negotiation!.DebugMessages));
        AssertShown(failure.Negotiation.End!.Text);
    }

    [Fact]
    public async Task Banner_ReachesTheLoginReport()
    {
        SimpleAuthenticator authenticator = new(banner: Hostile);
        authenticator.AddUser("alice", "secret", []);
        await using SshServer server = SshServer.Start(new IPEndPoint(IPAddress.Loopback, 0), new SshServerOptions { HostKeys = [TransportPair.HostKey], Authenticator = authenticator });
        SshClientOptions options = new() { Credentials = [new PasswordCredential("wrong")], HostKeys = HostKeyPolicy.InsecureAcceptAny() };
        LoginException failure = await Assert.ThrowsAsync<LoginException>(() => SshClient.ConnectAsync(new SshTarget("alice", "127.0.0.1", server.EndPoint.Port), options));
        AssertShown(failure.Report.Banner);
    }

    [Fact]
    public void SftpStatusText_ReachesTheExceptionTwice()
    {
        SftpException failure = SftpException.Refused("open \"x\" for reading", "x", SftpStatusCode.Failure, Hostile);
        AssertShown(failure.Message);
        AssertShown(failure.ServerText);
    }
}
