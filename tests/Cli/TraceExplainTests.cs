using System.Globalization;
using System.Text;
using System.Text.Json;
using LucidSsh.Cli;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Cli;

/// <summary><c>lucid trace explain</c>: texts of real programs, made here where the program is at hand.</summary>
public class TraceExplainTests
{
    private static Remark Gravest(Explanation explanation, string code)
    {
        Remark remark = explanation.Remarks[0];
        Assert.Equal(code, remark.Code);
        Assert.Equal(RemarkSeverity.Failure, remark.Severity);
        Assert.NotNull(remark.Remedy);
        return remark;
    }

    private static async Task<string> SshAsync(SshdServer server, params string[] options)
    {
        (_, _, string error) = await ChildProcess.RunAsync(
            "ssh", ["-F", "/dev/null", "-vvv", "-p", $"{server.Port}", "-o", "BatchMode=yes", "-o", "UserKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=no", .. options, $"{TestAccount.Name}@127.0.0.1", "true"]);
        return error;
    }

    [Fact]
    [Trait("Peer", "OpenSsh")]
    public async Task SshVvv_NamesEveryKindThatFails_NotOnlyTheFirst()
    {
        await using SshdServer server = await SshdServer.StartAsync("KexAlgorithms ecdh-sha2-nistp256\nCiphers aes128-ctr\nMACs hmac-sha2-512");
        Explanation explanation = ExplainCommand.Explain(await SshAsync(server, "-o", "KexAlgorithms=curve25519-sha256", "-o", "MACs=hmac-md5", "-o", "HostKeyAlgorithms=ssh-dss,ssh-ed25519"));
        Assert.Equal("the output of OpenSSH's ssh", explanation.Source);
        Remark[] failures = [.. explanation.Remarks.Where(remark => remark.Severity == RemarkSeverity.Failure)];
        Assert.Equal(2, failures.Length);
        Assert.Equal("There is no common key exchange: the client offers curve25519-sha256; the server offers ecdh-sha2-nistp256.", failures[0].Sentence);
        Assert.Equal("There is no common MAC: the client offers hmac-md5; the server offers hmac-sha2-512.", failures[1].Sentence);
        Assert.Contains("-o MACs=+hmac-sha2-512; Lucid SSH: --macs +hmac-sha2-512", failures[1].Remedy, StringComparison.Ordinal);
        Assert.Contains("sshd_config: MACs +hmac-md5", failures[1].Remedy, StringComparison.Ordinal);
        NegotiationReport report = explanation.Negotiation!;
        Assert.Equal(8, report.Algorithms.Length);
        Assert.Equal(AlgorithmKind.KeyExchange, report.FirstMismatch);
        Assert.StartsWith("SSH-2.0-OpenSSH", report.ClientVersion, StringComparison.Ordinal);
        Assert.Equal(report.ClientVersion, report.ServerVersion);
        Assert.Contains("kex-strict-s-v00@openssh.com", report.ServerKexInit!.KeyExchange);
        Assert.Equal("aes128-ctr", report.Chosen(AlgorithmKind.CipherClientToServer));
    }

    [Fact]
    [Trait("Peer", "OpenSsh")]
    public async Task SshdDebugLog_IsReadFromTheOtherSide()
    {
        await using SshdServer server = await SshdServer.StartAsync("LogLevel DEBUG3\nMACs hmac-sha2-512\nCiphers aes128-ctr");
        await SshAsync(server, "-o", "MACs=hmac-md5", "-o", "Ciphers=aes128-ctr");
        for (int i = 0; i < 100 && !server.Log.Contains("Unable to negotiate", StringComparison.Ordinal); i++)
            await Task.Delay(50); // its log comes through a pipe
        Explanation explanation = ExplainCommand.Explain(server.Log);
        Assert.Equal("a log of OpenSSH's server", explanation.Source);
        Assert.Equal("There is no common MAC: the client offers hmac-md5; the server offers hmac-sha2-512.", Gravest(explanation, "no-common-algorithm").Sentence);
    }

    [Fact]
    [Trait("Peer", "OpenSsh")]
    public async Task SshVvv_OfARefusedAndOfACompleteLogin()
    {
        await using SshdServer server = await SshdServer.StartAsync();
        (int code, _, string error) = await ChildProcess.RunAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", server["stranger"]]);
        Assert.True(code == 0, error);
        Explanation refused = ExplainCommand.Explain(await SshAsync(server, "-i", server["stranger"], "-o", "IdentitiesOnly=yes"));
        Assert.Equal("The server let nobody in; it accepts publickey,password,keyboard-interactive.", Gravest(refused, "permission-denied").Sentence);
        LoginReport login = refused.Negotiation!.Login!;
        Assert.Equal(TestAccount.Name, login.User);
        Assert.False(login.Succeeded);
        Assert.Equal("publickey,password,keyboard-interactive", string.Join(',', login.MethodsOffered));
        LoginAttempt attempt = Assert.Single(login.Attempts);
        Assert.Equal(LoginOutcome.Refused, attempt.Outcome);
        Assert.StartsWith("SHA256:", attempt.KeyFingerprint, StringComparison.Ordinal);

        Explanation complete = ExplainCommand.Explain(await SshAsync(server, "-i", server.UserKey, "-o", "IdentitiesOnly=yes"));
        Assert.DoesNotContain(complete.Remarks, remark => remark.Severity == RemarkSeverity.Failure);
        Assert.True(complete.Negotiation!.Login!.Succeeded);
        Assert.True(complete.Negotiation.StrictKeyExchange);
    }

    [Theory]
    [InlineData("Unable to negotiate with 10.0.0.1 port 22: no matching host key type found. Their offer: ssh-rsa,ssh-dss", "unable-to-negotiate", "There is no common host key type: the other side offers ssh-rsa,ssh-dss.")]
    [InlineData("ssh: connect to host files.example port 2222: Connection refused", "refused", "files.example refused the connection on port 2222")]
    [InlineData("kex_exchange_identification: Connection closed by remote host\r\nConnection closed by 10.0.0.1 port 990", "no-identification", "The server gave no identification (Connection closed by remote host)")]
    [InlineData("kex_exchange_identification: banner line 0: 220 ProFTPD Server", "said-before-identification", "The server said \"220 ProFTPD Server\" before any identification.")]
    [InlineData("Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures", "disconnected", "reason 2: \"Too many authentication failures\"")]
    [InlineData("sign_and_send_pubkey: no mutual signature supported", "no-mutual-signature", "RSA key")]
    [InlineData("Load key \"/keys/key.ppk\": invalid format", "key-unreadable", "The key file /keys/key.ppk cannot be read")]
    [InlineData("Received message too long 1466263151", "sftp-noise", "prints text where SFTP should speak")]
    public void OpenSshLines_AreKnownAlone(string text, string code, string sentence) =>
        Assert.Contains(sentence, Gravest(ExplainCommand.Explain(text), code).Sentence, StringComparison.Ordinal);

    [Theory]
    [InlineData("ERROR #7500: SSH Connect Error '-2146430963': SSH Error [8010100D]: Failed getting banner [FFFFFFFF8010100D] at Session.cpp:231,0", -13, "TLS (FTPS) port")]
    [InlineData("ERROR #7500: SSH Connect Error '-2146430971': SSH Error [80101005]: Unable to exchange encryption keys [80101005] at Session.cpp:238,0", -5, "no algorithm in common")]
    [InlineData("Error [80101013]: Invalid signature for supplied public key, or bad username/public key combination [80101013] at Session.cpp:418", -19, "wants a second factor")]
    [InlineData("-2146430957", -19, "wants a second factor")]
    [InlineData("0x80101013", -19, "wants a second factor")]
    [InlineData("-13", -13, "closed the connection")]
    [InlineData("[libssh2] 0.369332 Failure Event: -37 - Failed getting banner\n[libssh2] 30.1 Failure Event: -13 - Failed getting banner", -13, "\"Failed getting banner\"")]
    public void StatusesAndNumbers_AreTheirCausesAndWhatToCheck(string text, int number, string sentence)
    {
        Explanation explanation = ExplainCommand.Explain(text);
        Assert.Contains(sentence, Gravest(explanation, $"libssh2{number}").Sentence, StringComparison.Ordinal);
        Assert.Equal(text.Contains("-37", StringComparison.Ordinal), explanation.Remarks.Any(remark => remark.Code == "would-block"));
    }

    [Fact]
    public void Libssh2Trace_GivesTheServersListsFromItsDump_AndWarnsOfThePassword()
    {
        KexInit client = new() { KexAlgorithms = ["diffie-hellman-group14-sha1"], ServerHostKeyAlgorithms = ["ssh-rsa"], EncryptionClientToServer = ["aes128-ctr"], EncryptionServerToClient = ["aes128-ctr"], MacClientToServer = ["hmac-sha1"], MacServerToClient = ["hmac-sha1"], CompressionClientToServer = ["none"], CompressionServerToClient = ["none"] };
        KexInit server = client with { KexAlgorithms = ["curve25519-sha256"], ServerHostKeyAlgorithms = ["ssh-ed25519"] };
        StringBuilder trace = new();
        trace.AppendLine("[libssh2] 0.100000 Transport: Sending Banner: SSH-2.0-libssh2_1.8.0");
        trace.AppendLine("[libssh2] 0.200000 Transport: Received Banner: SSH-2.0-OpenSSH_9.2p1");
        foreach (string list in (string[])["KEX: diffie-hellman-group14-sha1", "HOSTKEY: ssh-rsa", "CRYPT_CS: aes128-ctr", "CRYPT_SC: aes128-ctr", "MAC_CS: hmac-sha1", "MAC_SC: hmac-sha1", "COMP_CS: none", "COMP_SC: none"])
            trace.AppendLine($"[libssh2] 0.210000 Key Ex: Sent {list}");
        Dump(trace, "libssh2_transport_read() plain", Message.ToArray(server));
        trace.AppendLine("[libssh2] 0.300000 Failure Event: -5 - Unable to exchange encryption keys");
        Explanation explanation = ExplainCommand.Explain(trace.ToString());
        Assert.Equal("a trace of libssh2", explanation.Source);
        string[] sentences = [.. explanation.Remarks.Select(remark => remark.Sentence)];
        Assert.Contains("There is no common key exchange: the client offers diffie-hellman-group14-sha1; the server offers curve25519-sha256.", sentences);
        Assert.Contains("There is no common host key: the client offers ssh-rsa; the server offers ssh-ed25519.", sentences);
        Assert.Equal("SSH-2.0-OpenSSH_9.2p1", explanation.Negotiation!.ServerVersion);
        Assert.DoesNotContain(explanation.Remarks, remark => remark.Code is "password-in-log" or "no-server-lists");

        Dump(trace, "libssh2_transport_write plain", [50, 0, 0, 0, 1, (byte)'a', 0, 0, 0, 14, .. "ssh-connection"u8, 0, 0, 0, 8, .. "password"u8, 0, 0, 0, 0, 6, .. "secret"u8]);
        explanation = ExplainCommand.Explain(trace.ToString());
        Assert.Contains(explanation.Remarks, remark => remark.Code == "password-in-log");
        Assert.DoesNotContain("secret", explanation.ToText(), StringComparison.Ordinal);
    }

    // As libssh2's debugdump writes it.
    private static void Dump(StringBuilder trace, string what, byte[] bytes)
    {
        trace.AppendLine(CultureInfo.InvariantCulture, $"=> {what} ({bytes.Length} bytes)");
        for (int i = 0; i < bytes.Length; i += 16)
        {
            byte[] row = bytes[i..Math.Min(i + 16, bytes.Length)];
            trace.Append(CultureInfo.InvariantCulture, $"{i:x4}: ");
            for (int j = 0; j < 16; j++)
                trace.Append(j < row.Length ? $"{row[j]:X2} " : "   ").Append(j == 7 ? " " : "");
            trace.Append(": ").AppendLine(new string([.. row.Select(b => b is >= 0x20 and < 0x7f ? (char)b : '.')]));
        }
    }

    [Theory]
    [InlineData("aes256-gcm@openssh.com,aes128-ctr", "3des-cbc", "There is no common cipher (client to server)")]
    [InlineData("hmac-sha2-256", "hmac-md5,hmac-sha1", "There is no common MAC (client to server)")]
    [InlineData("ssh-ed25519", "ssh-rsa", "There is no common host key")]
    [InlineData("curve25519-sha256,ext-info-c", "diffie-hellman-group1-sha1", "There is no common key exchange: the client offers curve25519-sha256; the server offers diffie-hellman-group1-sha1.")]
    public void TwoLists_AreOfTheirKind(string client, string server, string sentence)
    {
        foreach (string text in (string[])[$"{client}\n{server}\n", $"server: {server}\nclient: {client}"])
            Assert.StartsWith(sentence, Gravest(ExplainCommand.Explain(text), "no-common-algorithm").Sentence, StringComparison.Ordinal);
        Assert.Equal("agreed", Assert.Single(NameListText.Explain(client, $"x-other,{client}").Remarks).Code);
    }

    [Theory]
    [InlineData("jsonl")]
    [InlineData("text")]
    [Trait("Peer", "OpenSsh")]
    public async Task OwnTrace_IsExplained_AsTextAndAsJson(string format)
    {
        await using SshdServer server = await SshdServer.StartAsync("Ciphers aes128-ctr\nMACs hmac-md5");
        string trace = server[$"trace.{format}"];
        (int code, _, _) = await LucidProgram.RunAsync(["exec", $"x@127.0.0.1:{server.Port}", "true", "--trace", $"511:{trace}", "--trace-format", format]);
        Assert.Equal(255, code);
        (code, string output, string error) = await LucidProgram.RunAsync(["trace", "explain", trace, "--json"]);
        Assert.True(code == 0, error);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.Equal("a trace of Lucid SSH (the client's side)", document.RootElement.GetProperty("source").GetString());
        JsonElement[] remarks = [.. document.RootElement.GetProperty("remarks").EnumerateArray()];
        Assert.Contains(remarks, remark => remark.GetProperty("code").GetString() == "lucid2020" && remark.GetProperty("severity").GetString() == "failure");
        Assert.Contains(remarks, remark => remark.GetProperty("sentence").GetString()!.StartsWith("There is no common MAC: the client offers ", StringComparison.Ordinal));
        NegotiationReport report = NegotiationReport.FromJson(document.RootElement.GetProperty("negotiation").GetRawText());
        Assert.Equal("hmac-md5", Assert.Single(report.ServerKexInit!.MacsClientToServer));
        Assert.StartsWith("SSH-2.0-OpenSSH", report.ServerVersion, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StandardInput_Lists_AndNonsense()
    {
        (int code, string output, _) = await LucidProgram.RunAsync(["trace", "explain"], "SSH Error [8010100D]: Failed getting banner");
        Assert.Equal(0, code);
        Assert.Contains("LIBSSH2_ERROR_SOCKET_DISCONNECT", output, StringComparison.Ordinal);
        (code, output, _) = await LucidProgram.RunAsync(["trace", "explain", "--client", "aes128-ctr", "--server", "3des-cbc"]);
        Assert.Equal(0, code);
        Assert.StartsWith("There is no common cipher", output, StringComparison.Ordinal);
        (code, _, string error) = await LucidProgram.RunAsync(["trace", "explain"], "the dog ate it");
        Assert.Equal(255, code);
        Assert.Contains("nothing this command can read", error, StringComparison.Ordinal);
        (code, _, _) = await LucidProgram.RunAsync(["trace", "explain", "--client", "aes128-ctr"]);
        Assert.Equal(2, code);
    }

    [Fact]
    public void HostileText_MovesNoCursor_AndEndsInASentence()
    {
        Explanation explanation = ExplainCommand.Explain("debug1: Remote protocol version 2.0, remote software version x\u001b[2J\nReceived disconnect from h port 1:2: y\u001b[2J\n");
        Assert.DoesNotContain('\u001b', explanation.ToText());
        Random random = new(5);
        string[] pieces = ["debug2: peer server KEXINIT proposal\n", "debug2: KEX algorithms: ", "a,b", "\n", "[libssh2] 0.1 Key Ex: Sent KEX: ", "=> read (5 bytes)\n", "0000: 14 00 : .\n", "{\"v\":1,\"event\":\"message sent\",\"layer\":\"kex\",\"message\":\"KEXINIT\",\"fields\":[[\"a\"", "]]}\n", "[80101005]", "\0", "\u202e"];
        for (int i = 0; i < 2000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)]));
            try
            {
                ExplainCommand.Explain(text).ToText();
            }
            catch (LocalMisuseException)
            {
                // It is nothing that is known.
            }
        }
    }
}
