using System.Net;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Lab;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;

namespace LucidSsh.Tests.Lab;

/// <summary>A client that comes is studied: what it offers, what it tries, and nothing of what it keeps secret.</summary>
public class ClientStudyTests
{
    private const string Secret = "a secret nobody may see";

    [Fact]
    public async Task OwnClient_ShowsItsListsAndWhatItTries()
    {
        PrivateKey key = PrivateKey.Generate("ssh-ed25519");
        ClientStudy study = await StudyAsync(async address =>
        {
            SshClientOptions options = new()
            {
                HostKeys = HostKeyPolicy.InsecureAcceptAny(),
                Credentials = [PrivateKeyCredential.FromKey(key), new PasswordCredential(Secret)],
            };
            await Assert.ThrowsAsync<LoginException>(() => SshClient.ConnectAsync(new SshTarget("bob", "127.0.0.1", address.Port), options));
        });
        Assert.Equal("127.0.0.1", study.RemoteAddress);
        Assert.Null(study.Failure);
        Assert.Equal(AlgorithmPreferences.Default.Ciphers.AsEnumerable(), study.Negotiation!.ClientKexInit!.CiphersClientToServer);
        Assert.Equal("bob", study.Negotiation.Login!.User);
        Assert.Equal(["publickey", "password"], study.Negotiation.Login.Attempts.Select(attempt => attempt.Method).Distinct());
        Assert.Equal(key.PublicKey.Fingerprint, study.Negotiation.Login.Attempts[0].KeyFingerprint);
        Assert.DoesNotContain(study.Findings, finding => finding.Grade >= FindingGrade.Weak);
        Assert.DoesNotContain(Secret, System.Text.Json.JsonSerializer.Serialize(study, LabJson.Readable.ClientStudy), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Peer", "OpenSsh")]
    public async Task OpenSshClient_IsRecognised_AndItsWeakCipherFound()
    {
        ClientStudy study = await StudyAsync(address => ChildProcess.RunAsync("ssh",
            ["-F", "/dev/null", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-c", "3des-cbc", "-p", $"{address.Port}", "carol@127.0.0.1", "true"]));
        Assert.StartsWith("OpenSSH ", study.Summary, StringComparison.Ordinal);
        Assert.Contains(" came as carol, agreed on ", study.Summary, StringComparison.Ordinal);
        Finding finding = Assert.Single(study.Findings, finding => finding.Code == "cipher.cbc");
        Assert.StartsWith("Nothing else is offered", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SomebodyWhoHangsUp_IsAFailure()
    {
        ClientStudy study = await StudyAsync(async address =>
        {
            using System.Net.Sockets.TcpClient client = new();
            await client.ConnectAsync(address);
        });
        Assert.NotNull(study.Failure);
        Assert.StartsWith("Somebody came and did not get as far as a login", study.Summary, StringComparison.Ordinal);
    }

    private static async Task<ClientStudy> StudyAsync(Func<IPEndPoint, Task> client)
    {
        TaskCompletionSource<IPEndPoint> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<ClientStudy> study = ClientStudy.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0), new ProbeOptions(), listening.SetResult);
        await client(await listening.Task.WaitAsync(TimeSpan.FromSeconds(60)));
        return await study.WaitAsync(TimeSpan.FromSeconds(60));
    }
}
