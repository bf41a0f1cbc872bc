using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Client;

public sealed class KnownHostsFileTests : IDisposable
{
    private static readonly PublicKey Key = NewKey();
    private static readonly string KeyText = Key.ToOpenSshLine();
    private readonly TemporaryDirectory _directory = new();

    private string Path => _directory["known_hosts"];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("host", "host", 22, true)]
    [InlineData("HOST", "host", 22, true)]
    [InlineData("host", "HOST", 22, true)]
    [InlineData("host", "host", 2222, false)]
    [InlineData("[host]:2222", "host", 2222, true)]
    [InlineData("[host]:2222", "host", 22, false)]
    [InlineData("::1", "[::1]", 22, true)]
    [InlineData("[::1]:2222", "::1", 2222, true)]
    [InlineData("*.example.org,!bad.example.org", "good.example.org", 22, true)]
    [InlineData("*.example.org,!bad.example.org", "bad.example.org", 22, false)]
    [InlineData("!bad.example.org,*.example.org", "bad.example.org", 22, false)]
    [InlineData("!bad.example.org", "good.example.org", 22, false)]
    [InlineData("h?st,10.0.0.*", "10.0.0.7", 22, true)]
    [InlineData("*", "anything", 22, true)]
    [InlineData(",,host,", "host", 22, true)]
    [InlineData("a*b*c", "axxbyyc", 22, true)]
    [InlineData("a*b*c", "axxbyyd", 22, false)]
    [InlineData("[*.example.org]:20*", "a.example.org", 2022, true)]
    public void Names_MatchAsOpenSsh(string names, string host, int port, bool matches)
    {
        Assert.Equal(matches, Read($"{names} {KeyText}\n").Find(host, port).Length == 1);
    }

    [Theory]
    [InlineData("host KEY", KnownHostsMarker.None, "host", "")]
    [InlineData("  \t host\t KEY \r", KnownHostsMarker.None, "host", "")]
    [InlineData("host KEY alice@laptop of 2019", KnownHostsMarker.None, "host", "alice@laptop of 2019")]
    [InlineData("@cert-authority *.example.org KEY", KnownHostsMarker.CertAuthority, "*.example.org", "")]
    [InlineData("@revoked\t* KEY", KnownHostsMarker.Revoked, "*", "")]
    [InlineData("host ssh-unheard-of AAAADHNzaC11bmhlYXJkLW9m", KnownHostsMarker.None, "host", "")]
    public void Line_OfEachKind_IsRead(string line, KnownHostsMarker marker, string hosts, string comment)
    {
        KnownHostsFile file = Read($"# a comment\n\n   # another\n{line.Replace("KEY", KeyText, StringComparison.Ordinal).Replace("ssh-unheard-of AAAADHNz", "ssh-unheard-of AAAADnNz", StringComparison.Ordinal)}\n");
        Assert.Empty(file.Faults);
        KnownHostsEntry entry = Assert.Single(file.Entries);
        Assert.Equal((4, marker, hosts, comment), (entry.Line, entry.Marker, entry.Hosts, entry.Comment));
        Assert.Equal(entry.KeyType == "ssh-ed25519" ? Key : null, entry.Key);
        Assert.Equal($"{Path}, line 4", entry.ToString());
    }

    [Theory]
    [InlineData("host", "it ends before its key", false, true)]
    [InlineData("host ssh-ed25519", "it ends before its key", false, true)]
    [InlineData("host ssh-ed25519 # gone", "it ends before its key", false, true)]
    [InlineData("host ssh-ed25519 ????", "its key is no base64", false, true)]
    [InlineData("host ssh-ed25519 AAAAC3NzaC1l", "its key is cut off", false, true)]
    [InlineData("host ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA", "its key is damaged: ", false, true)]
    [InlineData("host ssh-rsa BLOB", "it says that its key is of type ssh-rsa, and the key says ssh-ed25519", false, true)]
    [InlineData("host 1024 65537 1234567", "its key is one of SSH version 1", false, true)]
    [InlineData("|1|AAAA|AAAA KEY", "its hashed name is damaged", false, false)]
    [InlineData("|2|AAAAAAAAAAAAAAAAAAAAAAAAAAA=|AAAAAAAAAAAAAAAAAAAAAAAAAAA= KEY", "its hashed name is damaged", false, false)]
    [InlineData("@cert-authority host ssh-ed25519 ????", "its key is no base64", false, true)]
    [InlineData("@cert-authority", "it names no host", true, false)]
    [InlineData("@revoked", "it names no host", true, false)]
    [InlineData("@revoked host", "it ends before its key", true, true)]
    [InlineData("@revoked host ssh-ed25519 ????", "its key is no base64", true, true)]
    [InlineData("@revoked host ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA", "its key is damaged: ", true, true)]
    [InlineData("@revoked |1|x|y KEY", "its hashed name is damaged", true, false)]
    [InlineData("@revoke host KEY", "\"@revoke\" is no marker that is known", true, true)]
    [InlineData("@Revoked host KEY", "\"@Revoked\" is no marker that is known", true, true)]
    [InlineData("@ host KEY", "\"@\" is no marker that is known", true, true)]
    [InlineData("@cert-authority @revoked host KEY", "it has more than one marker", true, false)]
    [InlineData("@revoked @revoked host KEY", "it has more than one marker", true, false)]
    [InlineData("host KEY\r@revoked host KEY", "there is a line end within it that only old Macs wrote", true, false)]
    public void Line_ThatCannotBeRead_IsAFault_AndOneThatMayRevokeIsToldApart(string line, string reason, bool mayRevoke, bool namesRead)
    {
        string text = line.Replace("KEY", KeyText, StringComparison.Ordinal).Replace("BLOB", KeyText.Split(' ')[1], StringComparison.Ordinal);
        KnownHostsFile file = Read($"other {KeyText}\n{text}\n");
        Assert.Single(file.Find("other"));
        KnownHostsFault fault = Assert.Single(file.Faults);
        Assert.Equal(2, fault.Line);
        Assert.StartsWith(reason, fault.Reason, StringComparison.Ordinal);
        Assert.Equal(mayRevoke, fault.MayRevoke);
        Assert.True(fault.MayBeAbout("host"));
        Assert.Equal(!namesRead, fault.MayBeAbout("other"));
    }

    [Fact]
    public void LongLinesAndNames_AreFaults_AndTakeNoTimeToMatch()
    {
        string stars = string.Concat(Enumerable.Repeat("*a", 511));
        KnownHostsFile file = Read(
            $"{new string('x', HostNames.MaximumPattern + 1)} {KeyText}\n"
            + $"@revoked {new string('y', KnownHostsLine.MaximumLength)} {KeyText}\n"
            + string.Concat(Enumerable.Repeat($"{stars},{stars}b {KeyText}\n", 200)));
        Assert.Equal([(1, false), (2, true)], file.Faults.Select(fault => (fault.Line, fault.MayRevoke)));
        Assert.True(file.Faults[1].MayBeAbout("host"));
        Assert.Empty(file.Find(new string('a', 500))); // exponential for a matcher that tries every way
        Assert.Equal(200, file.Find(new string('a', 600)).Length);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("a,b")]
    [InlineData("!a")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("|1|a|b")]
    [InlineData("@revoked")]
    [InlineData("#a")]
    [InlineData("")]
    public async Task Host_ThatIsAPattern_IsNeverWritten(string host)
    {
        await Assert.ThrowsAsync<LocalMisuseException>(async () => await KnownHostsFile.AddAsync(Path, host, 22, Key));
        Assert.False(File.Exists(Path));
        Assert.Throws<LocalMisuseException>(() => Read("").Find(host));
        await Assert.ThrowsAsync<LocalMisuseException>(async () => await KnownHostsFile.AddAsync(Path, new string('a', 1026), 22, Key));
    }

    [Fact]
    public void Utf16_IsRefused_ForItsRevocationsWouldBeUnreadable()
    {
        File.WriteAllText(Path, $"@revoked * {KeyText}\n", Encoding.Unicode);
        LocalMisuseException exception = Assert.Throws<LocalMisuseException>(() => KnownHostsFile.Read(Path));
        Assert.Equal(SshErrorCode.KnownHostsUnusable, exception.Code);
        Assert.Equal(
            $"The known_hosts file {Path} cannot be read: it is not text in UTF-8. Write it anew in UTF-8; Windows PowerShell's > and Out-File write UTF-16.",
            exception.Message);
        File.WriteAllText(Path, $"@revoked * {KeyText}\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal(KnownHostsMarker.Revoked, Assert.Single(KnownHostsFile.Read(Path).Entries).Marker);
    }

    [Fact]
    public void Directory_IsNoFile_AndNoFileHasNoLines()
    {
        LocalMisuseException exception = Assert.Throws<LocalMisuseException>(() => KnownHostsFile.Read(_directory.Path));
        Assert.Equal(SshErrorCode.KnownHostsUnusable, exception.Code);
        Assert.Empty(KnownHostsFile.Read(_directory["none"]).Entries);
        Assert.Empty(KnownHostsFile.Read(_directory["no/such/directory"]).Entries);
        Assert.Empty(KnownHostsFile.Read("/dev/null").Entries);
    }

    [Fact]
    public void AnyText_IsReadWithoutAnException_AndEveryLineIsAccountedFor() =>
        Prop.ForAll(
            Gen.ListOf(Gen.Elements(
                "host", "@revoked", "@cert-authority", "@", "|1|", "|", "*", "!x", ",", " ", "\t", "\r", "\n", "#", KeyText, KeyText.Split(' ')[1], "ssh-ed25519", "AAAA", "é", "\ud800", "1024"))
                .Select(parts => string.Concat(parts)).ToArbitrary(),
            text =>
            {
                int lines = 0;
                foreach (string line in text.Split('\n'))
                {
                    KnownHostsLine.Parse(line, "f", ++lines, out KnownHostsEntry? entry, out KnownHostsFault? fault);
                    bool empty = line.Trim(' ', '\t', '\r') is "" or ['#', ..];
                    if ((entry is null) == (fault is null) != empty)
                        return false;
                    if (line.Contains("@revoked", StringComparison.Ordinal) && !empty && !(fault?.MayRevoke ?? (entry!.Marker == KnownHostsMarker.Revoked || $"{entry.Hosts} {entry.Comment}".Contains("@revoked", StringComparison.Ordinal))))
                        return false;
                }

                return true;
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public async Task Add_ThenFind_HashedOrNot_AndNeverTwice()
    {
        await File.WriteAllTextAsync(Path, $"other {KeyText}"); // no line end
        Assert.True(await KnownHostsFile.AddAsync(Path, "Plain.Example", 22, Key));
        Assert.True(await KnownHostsFile.AddAsync(Path, "hashed.example", 2222, Key, hashed: true));
        Assert.False(await KnownHostsFile.AddAsync(Path, "plain.example", 22, Key));
        Assert.False(await KnownHostsFile.AddAsync(Path, "hashed.example", 2222, Key));
        string[] lines = await File.ReadAllLinesAsync(Path);
        Assert.Equal([$"other {KeyText}", $"plain.example {KeyText}"], lines[..2]);
        Assert.StartsWith("|1|", Assert.Single(lines[2..]), StringComparison.Ordinal);
        Assert.True(Assert.Single(KnownHostsFile.Read(Path).Find("hashed.example", 2222)).IsHashed);
        Assert.Empty(KnownHostsFile.Read(Path).Find("hashed.example"));
    }

    [Fact]
    public async Task Add_MakesTheFileAndItsDirectory_ForTheOwnerAlone()
    {
        string path = _directory["new/.ssh/known_hosts"];
        await KnownHostsFile.AddAsync(path, "host", 22, Key);
        Assert.Single(KnownHostsFile.Read(path).Find("host"));
        Assert.Equal("rw-------", ModeOf(path));
        Assert.Equal("rwx------", ModeOf(_directory["new/.ssh"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Remove_LeavesEveryOtherByte_TheMode_AndTheLink(bool inPlace)
    {
        string kept = $"# comment\r\nother {KeyText}\n@revoked host {KeyText}\n@cert-authority host {KeyText}\nhost damaged\n\n\xff\xfe\n";
        byte[] bytes = Encoding.Latin1.GetBytes(kept + $"host {KeyText} one\n" + $"a,host {KeyText} two\n" + "last without end");
        Directory.CreateDirectory(_directory["dotfiles"]);
        await File.WriteAllBytesAsync(_directory["dotfiles/hosts"], bytes);
        File.SetUnixFileMode(_directory["dotfiles/hosts"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        File.CreateSymbolicLink(Path, "dotfiles/hosts");

        Assert.True(await KnownHostsWriter.ChangeAsync(Path, file => new KnownHostsChange([8], []), TimeProvider.System, default, inPlace));
        Assert.Equal(["two"], (await KnownHostsFile.RemoveAsync(Path, "HOST")).Select(entry => entry.Comment));
        Assert.Empty(await KnownHostsFile.RemoveAsync(Path, "host"));
        Assert.Equal(Encoding.Latin1.GetBytes(kept + "last without end"), await File.ReadAllBytesAsync(Path));
        Assert.Equal("dotfiles/hosts", new FileInfo(Path).LinkTarget);
        Assert.Equal("rw-r--r--", ModeOf(_directory["dotfiles/hosts"]));
        Assert.Equal(["hosts", "hosts.lock"], Directory.GetFiles(_directory["dotfiles"]).Select(System.IO.Path.GetFileName).Order());
    }

    [Fact]
    public async Task Remove_ByAPrivilegedProcess_KeepsTheOwner()
    {
        if (!Environment.IsPrivilegedProcess)
            return; // who may not give files away cannot lose them that way
        await TestAccount.EnsureAsync();
        await File.WriteAllTextAsync(Path, $"host {KeyText}\n");
        await ChildProcess.RunAsync("chown", [$"{TestAccount.Name}:daemon", Path]);
        Assert.Single(await KnownHostsFile.RemoveAsync(Path, "host"));
        (_, string owner, _) = await ChildProcess.RunAsync("stat", ["-c", "%U:%G", Path]);
        Assert.Equal($"{TestAccount.Name}:daemon", owner.Trim());
    }

    [Fact]
    public async Task Lock_ThatAnotherHolds_IsWaitedFor_UntilTheDeadline()
    {
        await File.WriteAllTextAsync(Path, "");
        ManualTime time = new();
        using (FileStream held = new($"{Path}.lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None))
        {
            Task<bool> adding = KnownHostsWriter.ChangeAsync(Path, _ => new KnownHostsChange([], [$"host {KeyText}"]), time, default).AsTask();
            for (int step = 0; step < 200 && !adding.IsCompleted; step++)
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                await Task.Delay(1);
            }

            LocalMisuseException exception = await Assert.ThrowsAsync<LocalMisuseException>(() => adding);
            Assert.Equal(
                $"The known_hosts file {Path} cannot be changed: another process has held its lock ({Path}.lock) for 10 seconds. End that process, and try again.",
                exception.Message);
        }

        Assert.True(await KnownHostsFile.AddAsync(Path, "host", 22, Key));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SeveralProcesses_AddAndRemoveAtOnce_EveryLineIsWhole_AndNoneIsLost(bool inPlace)
    {
        const int Processes = 4;
        const int Each = 50;
        string[] added = [.. from process in Enumerable.Range(0, Processes) from i in Enumerable.Range(0, Each) select $"p{process}-{i}"];
        await File.WriteAllTextAsync(Path, string.Concat(added.Select(name => $"old-{name} {KeyText} old\nkept-{name} {KeyText} kept\n")));
        (int Code, string Output, string Error)[] processes = await Task.WhenAll(Enumerable.Range(0, Processes).Select(process => ChildProcess.RunAsync(
            LucidProgram.DotNet, ["exec", typeof(KnownHostsFileTests).Assembly.Location, KnownHostsChanger.Verb, Path, $"p{process}-", $"{Each}", $"{inPlace}"])));
        Assert.All(processes, process => Assert.True(process.Code == 0, process.Output + process.Error));

        KnownHostsFile file = KnownHostsFile.Read(Path);
        Assert.Empty(file.Faults);
        Assert.Equal(added.Concat(added.Select(name => $"kept-{name}")).Order(), file.Entries.Select(entry => entry.Hosts).Order());
    }

    [Fact]
    public async Task SeveralThreads_AddAtOnce_EveryLineIsWhole_AndNoneIsLost()
    {
        await Parallel.ForAsync(0, 200, async (i, cancellationToken) => await KnownHostsFile.AddAsync(Path, $"host{i % 100}", 22, Key, hashed: false, cancellationToken));
        KnownHostsFile file = KnownHostsFile.Read(Path);
        Assert.Empty(file.Faults);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"host{i}").Order(), file.Entries.Select(entry => entry.Hosts).Order());
    }

    [Fact]
    public async Task Add_ThroughALinkThatLeadsToNoFileYet_MakesTheFile()
    {
        File.CreateSymbolicLink(Path, "elsewhere");
        Assert.True(await KnownHostsFile.AddAsync(Path, "host", 22, Key));
        Assert.Single(KnownHostsFile.Read(_directory["elsewhere"]).Entries);
        Assert.NotNull(new FileInfo(Path).LinkTarget);
    }

    [Fact]
    public async Task Add_ToNull_IsForgotten() => Assert.True(await KnownHostsFile.AddAsync("/dev/null", "host", 22, Key));

    private KnownHostsFile Read(string text)
    {
        File.WriteAllText(Path, text);
        return KnownHostsFile.Read(Path);
    }

    private static string ModeOf(string path)
    {
        int mode = (int)File.GetUnixFileMode(path);
        return string.Concat("rwxrwxrwx".Select((c, i) => (mode >> (8 - i) & 1) == 1 ? c : '-'));
    }

    private static PublicKey NewKey()
    {
        using PrivateKey key = PrivateKey.Generate("ssh-ed25519");
        return key.PublicKey;
    }
}

/// <summary>A process that adds hosts to a file and removes others, while others do the same.</summary>
internal static class KnownHostsChanger
{
    public const string Verb = "known-hosts-change";

    public static async Task RunAsync(string path, string prefix, int count, bool inPlace)
    {
        using PrivateKey key = PrivateKey.Generate("ssh-ed25519");
        for (int i = 0; i < count; i++)
        {
            await KnownHostsFile.AddAsync(path, $"{prefix}{i}", 22, key.PublicKey);
            string old = $"old-{prefix}{i}";
            await KnownHostsWriter.ChangeAsync(path, file => new KnownHostsChange([.. file.Find(old).Select(entry => entry.Line)], []), TimeProvider.System, default, inPlace);
        }
    }
}
