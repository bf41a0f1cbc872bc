using System.Net;
using System.Net.Sockets;
using LucidSsh.Auth;
using LucidSsh.Crypto;
using LucidSsh.Iris;
using LucidSsh.Server;
using LucidSsh.Sftp;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;

namespace LucidSsh.Tests.Iris;

/// <summary>The facade against our own server, and the errors IRIS users meet most.</summary>
public sealed class SessionTests : IAsyncLifetime
{
    private const string Password = "the-account-password";
    private const string Passphrase = "the-key-passphrase";
    private readonly TemporaryDirectory _directory = new();
    private readonly PrivateKey _userKey = PrivateKey.Generate("ssh-ed25519");

    public Task InitializeAsync()
    {
        Directory.CreateDirectory(_directory["root"]);
        KeyFile.WritePrivate(_directory["key"], _userKey, KeyFileFormat.OpenSsh, Passphrase);
        File.WriteAllText(_directory["key.pub"], _userKey.PublicKey.ToOpenSshLine() + "\n");
        return Task.CompletedTask;
    }

    public Task DisposeAsync()
    {
        _userKey.Dispose();
        _directory.Dispose();
        return Task.CompletedTask;
    }

    private SshServer Serve(string? methods = null, string? ciphers = null)
    {
        SimpleAuthenticator authenticator = new(methods is null ? null : AuthenticationMethods.Parse(methods));
        authenticator.AddUser("alice", Password, [new AuthorizedKey(_userKey.PublicKey)]);
        return SshServer.Start(new IPEndPoint(IPAddress.Loopback, 0), new SshServerOptions
        {
            HostKeys = [TransportPair.HostKey],
            Authenticator = authenticator,
            Commands = new ProcessCommandHandler(),
            Files = _ => new LocalFileSystem(_directory["root"]),
            Algorithms = AlgorithmPreferences.Default.Apply(ciphers: ciphers),
        });
    }

    private static void AssertOk(Status status) => Assert.True(status.IsOk, status.ToString());

    [Fact]
    public async Task WholeJob_TraceAtEveryMask_HoldsNoSecret()
    {
        await using SshServer server = Serve("publickey,password");
        foreach (int mask in (int[])[1022, 511, 2, 4, 8, 16, 32, 64, 128, 256, 512])
        {
            string trace = _directory[$"trace-{mask}"];
            using Session session = new();
            AssertOk(session.SetTraceMask(mask, trace));
            AssertOk(session.SetTimeout(20_000));
            AssertOk(session.Connect("127.0.0.1", server.EndPoint.Port, hostkeytype: "SHA256"));
            Assert.Equal(64, session.HostKey.Length);
            Status partial = session.AuthenticateWithKeyPair("alice", _directory["key.pub"], _directory["key"], Passphrase);
            Assert.Equal(-19, partial.ReturnCode);
            AssertOk(session.AuthenticateWithUsername("alice", Password));
            AssertOk(session.Execute("echo out; echo err >&2; exit 3", out Device? device));
            using (device)
            {
                device!.CloseInput();
                Assert.Equal("out\n", await new StreamReader(device).ReadToEndAsync());
                Assert.Equal("err\n", await new StreamReader(device.StandardError).ReadToEndAsync());
                AssertOk(device.WaitForExit(out LucidSsh.Client.ExitResult? exit));
                Assert.Equal(3, exit!.Status);
            }

            UseSftp(session);
            AssertOk(session.GetAlgorithms(out string algorithms));
            Assert.StartsWith("KEX=mlkem768x25519-sha256:HOSTKEY=ssh-ed25519:CRYPT=", algorithms, StringComparison.Ordinal);
            AssertOk(session.VersionInfo(out string client, out string serverVersion));
            Assert.Equal(client, serverVersion);
            AssertOk(session.Disconnect());

            string text = await File.ReadAllTextAsync(trace);
            Assert.DoesNotContain(Password, text, StringComparison.Ordinal);
            Assert.DoesNotContain(Passphrase, text, StringComparison.Ordinal);
            foreach (string line in await File.ReadAllLinesAsync(_directory["key"]))
                Assert.DoesNotContain(line, text, StringComparison.Ordinal);
            if (mask == 511)
            {
                foreach (string category in (string[])["Transport:", "Key Ex:", "Userauth:", "Conn:", "SFTP:"])
                    Assert.Contains(category, text, StringComparison.Ordinal);
            }

            if (mask is not (32 or 128 or 256))
                Assert.NotEmpty(text);
        }
    }

    private void UseSftp(Session session)
    {
        AssertOk(session.OpenSFTP(out LucidSsh.Iris.Sftp? sftp));
        using (sftp)
        {
            string local = _directory["local"];
            File.WriteAllText(local, "content");
            AssertOk(sftp!.MkDir("/dir"));
            AssertOk(sftp.Put(local, "/dir/a.txt"));
            AssertOk(sftp.Put(local, "/dir/a.txt", append: true));
            AssertOk(sftp.Rename("/dir/a.txt", "/dir/b.txt"));
            AssertOk(sftp.FileInfo("/dir/b.txt", out FileInfoList? info));
            Assert.Equal(14, info!.Size);
            Assert.Equal('F', info.Type);
            Assert.Equal(0x180u, info.Permissions);
            AssertOk(sftp.Dir("/dir", out IReadOnlyList<FileInfoList> contents, "*.txt"));
            Assert.Equal(["b.txt"], contents.Select(entry => entry.Name));
            AssertOk(sftp.Get("/dir/b.txt", _directory["back"]));
            Assert.Equal("contentcontent", File.ReadAllText(_directory["back"]));
            AssertOk(sftp.Delete("/dir/b.txt"));
            AssertOk(sftp.RmDir("/dir"));
            Status missing = sftp.Delete("/no/such");
            Assert.Equal(-31, missing.ReturnCode);
            Assert.Contains("no such file", missing.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task SecondFactorWanted_IsMinus19_AndNeverAnInvalidSignature()
    {
        await using SshServer server = Serve("publickey,keyboard-interactive");
        using Session session = new();
        AssertOk(session.Connect("127.0.0.1", server.EndPoint.Port));
        Status status = session.AuthenticateWithKeyPair("alice", "", _directory["key"], Passphrase);
        Assert.Equal(unchecked((int)0x80101013), status.HResult);
        Assert.Contains("'-2146430957': SSH Error [80101013]", status.ToString(), StringComparison.Ordinal);
        Assert.Contains("keyboard-interactive", status.Explanation, StringComparison.Ordinal);
        Assert.DoesNotContain("nvalid signature", status.ToString(), StringComparison.Ordinal);
        AssertOk(session.AuthenticateWithKeyboardInteractive("alice", (_, _, prompts, flags) =>
        {
            Assert.Equal("", Assert.Single(flags));
            return [.. prompts.Select(_ => Password)];
        }));
    }

    [Fact]
    public async Task NoCommonCipher_IsMinus5_AndNamesBothLists()
    {
        await using SshServer server = Serve(ciphers: "aes256-ctr");
        using Session session = new();
        AssertOk(session.SetPreferredAlgorithms("CRYPT=aes128-gcm@openssh.com"));
        Status status = session.Connect("127.0.0.1", server.EndPoint.Port);
        Assert.StartsWith("ERROR #7500: SSH Connect Error '-2146430971': SSH Error [80101005]: Unable to exchange encryption keys", status.ToString(), StringComparison.Ordinal);
        Assert.Contains("aes256-ctr", status.Explanation, StringComparison.Ordinal);
        Assert.Contains("aes128-gcm@openssh.com", status.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("220 ProFTPD Server ready.\r\n", false, "FTP")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", true, "HTTP")]
    [InlineData("\u0015\u0003\u0001\u0000\u0002\u0002\u0046", true, "TLS")]
    [InlineData("", true, "closed the connection without a word")]
    [InlineData("", false, "said nothing")]
    public async Task NotSsh_SaysWhatAnswers(string greeting, bool close, string expected)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task<TcpClient> accepting = listener.AcceptTcpClientAsync();
        using Session session = new();
        AssertOk(session.SetTimeout(1500));
        Task<Status> connecting = Task.Run(() => session.Connect("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port));
        using TcpClient accepted = await accepting;
        await accepted.GetStream().WriteAsync(System.Text.Encoding.Latin1.GetBytes(greeting));
        if (close)
        {
            byte[] identification = new byte[64];
            _ = await accepted.GetStream().ReadAsync(identification); // unread data would turn the close into a reset
            accepted.Close();
        }

        Status status = await connecting;
        Assert.False(status.IsOk);
        Assert.Contains("Failed getting banner", status.ToString(), StringComparison.Ordinal);
        Assert.Contains(expected, status.Explanation, StringComparison.Ordinal);
        Assert.DoesNotContain("-37", status.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongPassphrase_MissingFile_AndMismatchedPair_AreDifferentMessages()
    {
        await using SshServer server = Serve();
        using Session session = new();
        AssertOk(session.Connect("127.0.0.1", server.EndPoint.Port));
        string[] texts =
        [
            session.AuthenticateWithKeyPair("alice", "", _directory["key"], "wrong").Explanation,
            session.AuthenticateWithKeyPair("alice", "", _directory["key"]).Explanation,
            session.AuthenticateWithKeyPair("alice", "", _directory["none"]).Explanation,
        ];
        Assert.Equal(3, texts.Distinct().Count());
        Assert.All(texts, text => Assert.NotEmpty(text));
        Assert.Equal(-18, session.AuthenticateWithUsername("alice", "wrong").ReturnCode);
    }

    [Fact]
    public async Task HostKey_OtherThanExpected_IsRefused()
    {
        await using SshServer server = Serve();
        using Session session = new();
        Status status = session.Connect("127.0.0.1", server.EndPoint.Port, hostkey: new string('0', 64));
        Assert.False(status.IsOk);
        Assert.Contains("pinned", status.Explanation, StringComparison.Ordinal);
    }
}
