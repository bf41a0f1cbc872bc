using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Logging;
using LucidSsh.Server;
using LucidSsh.Sftp;
using LucidSsh.Tests.Harness;
using LucidSsh.Tracing;

namespace LucidSsh.Tests.Tracing;

/// <summary>Real logins, every method, every sink, every mask, both sides: no secret in any of them, plain, in hexadecimal or in
/// base64.</summary>
public sealed class TraceSecretTests : IDisposable
{
    private const string Password = "pw-Zq7xK2mW9vT4";
    private const string NewPassword = "np-Yr8yL3nX0uS5";
    private const string WrongPassword = "wp-Xs9zM4oY1tR6";
    private const string Answer = "an-Wt0aN5pZ2sQ7";
    private const string Passphrase = "pp-Vu1bO6qA3rP8";

    private static readonly TraceMask[] Masks =
    [
        TraceMask.All, (TraceMask)511, TraceMask.Transport, TraceMask.KeyExchange, TraceMask.Authentication, TraceMask.Connection, TraceMask.Scp,
        TraceMask.Sftp, TraceMask.Error, TraceMask.PublicKey, TraceMask.Socket,
    ];

    private readonly TemporaryDirectory _directory = new();
    private readonly PrivateKey _key = PrivateKey.Generate("ssh-ed25519");

    public TraceSecretTests()
    {
        Directory.CreateDirectory(_directory["root"]);
        KeyFile.WritePrivate(_directory["key"], _key, KeyFileFormat.OpenSsh, Passphrase);
    }

    public void Dispose()
    {
        _key.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("password")]
    [InlineData("password change")]
    [InlineData("keyboard-interactive")]
    [InlineData("publickey")]
    [InlineData("publickey,password")]
    [InlineData("wrong password")]
    public async Task Login_LeavesNoSecretInAnySink(string method)
    {
        using ActivityListener spans = Listen(out ConcurrentQueue<Activity> seen);
        StringBuilder everything = new();
        foreach (TraceMask mask in Masks)
        {
            foreach (TraceFormat format in Enum.GetValues<TraceFormat>())
            {
                StringWriter lines = new();
                RecordingLoggers loggers = new();
                using (TraceSink sink = TraceSink.ToWriter(lines, mask, format))
                using (TraceSink log = loggers.CreateTraceSink(mask))
                {
                    // The client's events go to lines, the server's to the log; with the other format the other way round.
                    bool turned = format == TraceFormat.JsonLines;
                    await RunAsync(method, turned ? log : sink, turned ? sink : log, everything);
                }

                everything.Append(lines).AppendJoin('\n', loggers.Records.Select(r => $"{r.Text} {string.Join(' ', r.Fields)}"));
                if (mask == TraceMask.All)
                    Assert.True(lines.ToString().Contains("USERAUTH_REQUEST", StringComparison.Ordinal) && loggers.Records.Count > 20);
            }
        }

        everything.AppendJoin('\n', seen.SelectMany(span => span.TagObjects.Select(tag => $"{span.DisplayName} {span.StatusDescription} {tag}")));
        string text = everything.ToString();
        Assert.Contains("ssh.auth", text, StringComparison.Ordinal);
        foreach (byte[] secret in Secrets())
            AssertAbsent(secret, text);
    }

    [Fact]
    public void Search_FindsEachDisguise()
    {
        byte[] secret = Encoding.UTF8.GetBytes(Password);
        byte[] message = [1, 2, .. secret, 3];
        foreach (string disguise in (string[])[Password, Convert.ToHexString(message), Convert.ToHexStringLower(message), Convert.ToBase64String(message)])
            Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertAbsent(secret, $"before {disguise} after"));
    }

    private async Task RunAsync(string method, TraceSink clientSink, TraceSink serverSink, StringBuilder everything)
    {
        await using SshServer server = SshServer.Start(new IPEndPoint(IPAddress.Loopback, 0), new SshServerOptions
        {
            HostKeys = [TransportPair.HostKey],
            Authenticator = new Doorkeeper(method, _key.PublicKey),
            Commands = new ProcessCommandHandler(),
            Files = _ => new LocalFileSystem(_directory["root"]),
            Trace = serverSink,
        });
        SshClientOptions options = new()
        {
            HostKeys = HostKeyPolicy.InsecureAcceptAny(),
            Credentials = Credentials(method),
            Trace = clientSink,
        };
        try
        {
            await using SshClient client = await SshClient.ConnectAsync(new SshTarget("alice", "127.0.0.1", server.EndPoint.Port), options);
            await client.ExecuteAsync("true");
            await using (SftpClient sftp = await client.OpenSftpAsync())
                await Assert.ThrowsAsync<SftpException>(() => sftp.StatAsync("/missing"));
            everything.AppendJoin('\n', client.RecentEvents).Append(client.Login).Append(client.Negotiation.ToText());
        }
        catch (LoginException refused) when (method == "wrong password")
        {
            everything.Append(refused).Append(refused.Report);
        }
    }

    private Credential[] Credentials(string method) => method switch
    {
        "password" => [new PasswordCredential(Password)],
        "password change" => [new PasswordCredential(Password, (_, _) => ValueTask.FromResult<string?>(NewPassword))],
        "wrong password" => [new PasswordCredential(WrongPassword)],
        "keyboard-interactive" => [new KeyboardInteractiveCredential(request => [.. request.Prompts.Select(_ => Answer)])],
        "publickey" => [PrivateKeyCredential.FromFile(_directory["key"], Passphrase)],
        _ => [PrivateKeyCredential.FromFile(_directory["key"], Passphrase), new PasswordCredential(Password)],
    };

    private IEnumerable<byte[]> Secrets()
    {
        foreach (string text in (string[])[Password, NewPassword, WrongPassword, Answer, Passphrase])
            yield return Encoding.UTF8.GetBytes(text);

        // In an unencrypted key file of Ed25519 the seed stands right in front of the last copy of the public key.
        byte[] file = Convert.FromBase64String(string.Concat(Encoding.ASCII.GetString(KeyFile.Write(_key, KeyFileFormat.OpenSsh)).Split('\n').Where(l => !l.StartsWith("---", StringComparison.Ordinal))));
        byte[] publicKey = _key.PublicKey.Blob[^32..].ToArray();
        int last = file.AsSpan().LastIndexOf(publicKey);
        byte[] seed = file[(last - 32)..last];
        Assert.Equal(publicKey, new Org.BouncyCastle.Crypto.Parameters.Ed25519PrivateKeyParameters(seed, 0).GeneratePublicKey().GetEncoded());
        yield return seed;
    }

    private static void AssertAbsent(byte[] secret, string text)
    {
        Assert.DoesNotContain(Encoding.Latin1.GetString(secret), text, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexString(secret), text, StringComparison.OrdinalIgnoreCase);

        // Base64 depends on where the secret begins, modulo 3: the characters that it alone decides.
        for (int shift = 0; shift < 3; shift++)
        {
            string encoded = Convert.ToBase64String([.. new byte[shift], .. secret]);
            int end = (shift + secret.Length) / 3 * 4;
            int begin = shift == 0 ? 0 : 4;
            Assert.DoesNotContain(encoded[begin..end], text, StringComparison.Ordinal);
        }
    }

    private static ActivityListener Listen(out ConcurrentQueue<Activity> seen)
    {
        ConcurrentQueue<Activity> queue = seen = new();
        ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == Telemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = queue.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    /// <summary>Lets alice in by what the test is about.</summary>
    private sealed class Doorkeeper(string method, PublicKey key) : Authenticator
    {
        public override AuthenticationMethods MethodsFor(LoginContext context) =>
            AuthenticationMethods.Parse(method is "password change" or "wrong password" ? "password" : method);

        public override ValueTask<AuthorizedKey?> FindKeyAsync(LoginContext context, PublicKey offered, CancellationToken cancellationToken) =>
            ValueTask.FromResult(offered.Equals(key) ? new AuthorizedKey(key) : null);

        public override ValueTask<PasswordVerdict> CheckPasswordAsync(LoginContext context, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
            ValueTask.FromResult(
                !password.Span.SequenceEqual(Encoding.UTF8.GetBytes(Password)) ? PasswordVerdict.Refused
                : method == "password change" ? PasswordVerdict.ChangeRequired("A new one, please.")
                : PasswordVerdict.Accepted);

        public override ValueTask<PasswordVerdict> ChangePasswordAsync(
            LoginContext context, ReadOnlyMemory<byte> oldPassword, ReadOnlyMemory<byte> newPassword, CancellationToken cancellationToken) =>
            ValueTask.FromResult(newPassword.Span.SequenceEqual(Encoding.UTF8.GetBytes(NewPassword)) ? PasswordVerdict.Accepted : PasswordVerdict.Refused);

        public override async ValueTask<bool> InteractAsync(LoginContext context, IInteraction interaction, CancellationToken cancellationToken)
        {
            var answers = await interaction.AskAsync(new InteractiveRequest("", "", [new InteractivePrompt("Code: ", Echo: false)]), cancellationToken);
            return answers.Count == 1;
        }
    }
}
