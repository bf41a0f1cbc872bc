using System.Security.Cryptography;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Sftp;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Interop;

/// <summary>Every request of SFTP version 3 and the extensions against OpenSSH's server.</summary>
[Trait("Peer", "OpenSsh")]
public sealed class OpenSshSftpTests(OpenSshServer fixture) : IClassFixture<OpenSshServer>, IAsyncLifetime
{
    private readonly TemporaryDirectory _local = new();
    private readonly string _remote = $"lucid-{Guid.NewGuid():N}";
    private SshClient _client = null!;
    private SftpClient _sftp = null!;

    public async Task InitializeAsync()
    {
        _client = await SshClient.ConnectAsync(
            fixture.Server.Target, fixture.Server.Options with { Credentials = [PrivateKeyCredential.FromFile(fixture.Server.UserKey)] });
        _sftp = await _client.OpenSftpAsync();
        await _sftp.MakeDirectoryAsync(_remote);
    }

    public async Task DisposeAsync()
    {
        await _client.ExecuteAsync($"rm -rf {_remote}");
        await _sftp.DisposeAsync();
        await _client.DisposeAsync();
        _local.Dispose();
    }

    [Fact]
    public async Task EveryRequest_DoesWhatItSays()
    {
        string file = $"{_remote}/file";
        await using (SftpFile open = await _sftp.OpenAsync(file, new SftpOpenMode(Read: true, Write: true, Create: true, Exclusive: true), 0x1a4))
        {
            await open.WriteAsync("hello world"u8.ToArray(), 0);
            byte[] buffer = new byte[5];
            Assert.Equal(5, await open.ReadAsync(buffer, 6));
            Assert.Equal("world"u8.ToArray(), buffer);
            Assert.Equal(11, (await open.StatAsync()).Size);
            await open.SetStatAsync(new SftpAttributes { Mode = 0x180 });
            await open.FlushToDiskAsync();
            Assert.True((await open.StatVfsAsync()).Blocks > 0);
            await open.CloseAsync();
        }

        SftpAttributes attributes = await _sftp.StatAsync(file);
        Assert.Equal(0x180u, attributes.Permissions);
        Assert.Equal(SftpFileType.File, attributes.Type);
        DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(1_600_000_000);
        await _sftp.SetStatAsync(file, new SftpAttributes { Size = 5, ModifyTime = time, AccessTime = time });
        Assert.Equal(time, (await _sftp.StatAsync(file)).ModifyTime);
        Assert.Equal(5, (await _sftp.LStatAsync(file)).Size);

        await _sftp.RenameAsync(file, file + "2");
        await _sftp.SymbolicLinkAsync($"{_remote}/link", "file2");
        Assert.Equal("file2", await _sftp.ReadLinkAsync($"{_remote}/link"));
        Assert.Equal(SftpFileType.SymbolicLink, (await _sftp.LStatAsync($"{_remote}/link")).Type);
        await _sftp.LSetStatAsync($"{_remote}/link", new SftpAttributes { ModifyTime = time, AccessTime = time });
        await _sftp.HardLinkAsync(file + "2", $"{_remote}/hard");
        await _sftp.RenameAsync($"{_remote}/hard", file + "2", overwrite: true);
        Assert.EndsWith($"/{_remote}/file2", await _sftp.RealPathAsync($"{_remote}/../{_remote}/file2"), StringComparison.Ordinal);
        Assert.EndsWith($"/{TestAccount.Name}", await _sftp.ExpandPathAsync("~"), StringComparison.Ordinal);
        Assert.True((await _sftp.StatVfsAsync(_remote)).BlockSize > 0);

        await using (SftpFile from = await _sftp.OpenAsync(file + "2", SftpOpenMode.ForReading))
        await using (SftpFile to = await _sftp.OpenAsync($"{_remote}/copy", SftpOpenMode.ForWriting))
        {
            if (_sftp.Extensions.Contains("copy-data"))
                await _sftp.CopyDataAsync(from, 0, 0, to, 0);
        }

        List<string> names = [];
        await foreach (SftpEntry entry in _sftp.ListAsync(_remote))
            names.Add(entry.Name);
        names.Sort(StringComparer.Ordinal);
        Assert.Equal(["copy", "file2", "hard", "link"], names);
        foreach (string name in names)
            await _sftp.RemoveFileAsync($"{_remote}/{name}");
        await _sftp.MakeDirectoryAsync($"{_remote}/sub", 0x1c0);
        await _sftp.RemoveDirectoryAsync($"{_remote}/sub");
    }

    [Fact]
    public async Task Refusals_SayWhatWasAskedAndWhy()
    {
        SftpException missing = await Assert.ThrowsAsync<SftpException>(() => _sftp.OpenAsync("no/such", SftpOpenMode.ForReading));
        Assert.Equal("The server refused to open \"no/such\" for reading: no such file or directory (SFTP status 2, \"No such file\").", missing.Sentence);
        Assert.Equal(SftpStatusCode.NoSuchFile, missing.Status);
        SftpException denied = await Assert.ThrowsAsync<SftpException>(() => _sftp.OpenAsync("/etc/shadow", SftpOpenMode.ForReading));
        Assert.Equal(SftpStatusCode.PermissionDenied, denied.Status);
        SftpException backslash = await Assert.ThrowsAsync<SftpException>(() => _sftp.StatAsync("dir\\file"));
        Assert.Contains("backslash", backslash.Remedy, StringComparison.Ordinal);
        SftpException exists = await Assert.ThrowsAsync<SftpException>(() => _sftp.MakeDirectoryAsync(_remote));
        Assert.Equal(SftpStatusCode.Failure, exists.Status);
    }

    [Fact]
    public async Task ManyFiles_AreListed()
    {
        await _client.ExecuteAsync($"cd {_remote} && for i in $(seq 1 1500); do : > file-number-$i; done");
        int count = 0;
        await foreach (SftpEntry entry in _sftp.ListAsync(_remote))
            count += entry.Name.StartsWith("file-number-", StringComparison.Ordinal) ? 1 : 0;
        Assert.Equal(1500, count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(261120)]
    [InlineData(261121)]
    [InlineData(10_000_000)]
    public async Task PutAndGet_OfAnySize_AreEqual(int size)
    {
        byte[] content = RandomNumberGenerator.GetBytes(size);
        await File.WriteAllBytesAsync(_local["a"], content);
        Assert.Equal(size, await _sftp.UploadAsync(_local["a"], $"{_remote}/a"));
        Assert.Equal(size, await _sftp.DownloadAsync($"{_remote}/a", _local["b"]));
        Assert.Equal(content, await File.ReadAllBytesAsync(_local["b"]));
        using MemoryStream stream = new();
        Assert.Equal(size, await _sftp.DownloadAsync($"{_remote}/a", stream));
        Assert.Equal(content, stream.ToArray());
        Assert.Equal(size, await _sftp.UploadAsync(new MemoryStream(content), $"{_remote}/c"));
        Assert.Equal(size, (await _sftp.StatAsync($"{_remote}/c")).Size);
    }

    [Fact]
    public async Task Transfers_ResumeAppendPreserveAndProgress()
    {
        byte[] content = RandomNumberGenerator.GetBytes(3_000_000);
        await File.WriteAllBytesAsync(_local["whole"], content);
        File.SetUnixFileMode(_local["whole"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetLastWriteTimeUtc(_local["whole"], new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        await File.WriteAllBytesAsync(_local["part"], content[..1_000_001]);

        await _sftp.UploadAsync(_local["part"], $"{_remote}/r");
        Assert.Equal(3_000_000, await _sftp.UploadAsync(_local["whole"], $"{_remote}/r", new TransferOptions { Resume = true, Preserve = true, FlushToDisk = true }));
        Assert.Equal(new DateTimeOffset(2020, 1, 2, 3, 4, 5, TimeSpan.Zero), (await _sftp.StatAsync($"{_remote}/r")).ModifyTime);
        List<long> reports = [];
        Assert.Equal(3_000_000, await _sftp.DownloadAsync($"{_remote}/r", _local["part"], new TransferOptions { Resume = true, Progress = new Recorder(reports) }));
        Assert.Equal(content, await File.ReadAllBytesAsync(_local["part"]));
        Assert.Equal(3_000_000, reports[^1]);
        Assert.Equal(reports.Order(), reports);

        Assert.Equal(3_000_005, await _sftp.UploadAsync(new MemoryStream("after"u8.ToArray()), $"{_remote}/r", new TransferOptions { Append = true }));
        await _sftp.DownloadAsync($"{_remote}/r", _local["appended"]);
        byte[] expected = [.. content, .. "after"u8];
        Assert.Equal(expected, await File.ReadAllBytesAsync(_local["appended"]));
    }

    [Fact]
    public async Task Trees_GoBothWays()
    {
        Directory.CreateDirectory(_local["tree/a/b"]);
        await File.WriteAllTextAsync(_local["tree/top"], "top");
        await File.WriteAllTextAsync(_local["tree/a/b/deep"], "deep");
        TreeResult put = await _sftp.UploadTreeAsync(_local["tree"], $"{_remote}/tree");
        Assert.Equal(new TreeResult(2, 7), put);
        TreeResult got = await _sftp.DownloadTreeAsync($"{_remote}/tree", _local["back"]);
        Assert.Equal(put, got);
        Assert.Equal("deep", await File.ReadAllTextAsync(_local["back/a/b/deep"]));
    }

    [Fact]
    public async Task Upload_ToAFullDevice_FailsAndSaysHowMuchIsThere()
    {
        await File.WriteAllBytesAsync(_local["big"], new byte[5_000_000]);
        SftpException exception = await Assert.ThrowsAsync<SftpException>(() => _sftp.UploadAsync(_local["big"], "/dev/full"));
        Assert.Equal(SshErrorCode.TransferFailed, exception.Code);
        Assert.Equal(0, exception.BytesOnServer);
        Assert.Contains("0 bytes", exception.Sentence, StringComparison.Ordinal);
        await _sftp.StatAsync("."); // the session goes on
    }

    [Fact]
    public async Task ConnectionLostDuringUpload_IsNoSuccess()
    {
        await File.WriteAllBytesAsync(_local["big"], new byte[200_000_000]);
        await using SshClient other = await SshClient.ConnectAsync(
            fixture.Server.Target, fixture.Server.Options with { Credentials = [PrivateKeyCredential.FromFile(fixture.Server.UserKey)] });
        await using SftpClient sftp = await other.OpenSftpAsync();
        Task<long> upload = sftp.UploadAsync(_local["big"], $"{_remote}/big");
        Task kill = other.ExecuteAsync("sleep 0.1; kill -9 $PPID");
        SftpException exception = await Assert.ThrowsAsync<SftpException>(() => upload.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal(SshErrorCode.TransferFailed, exception.Code);
        Assert.InRange(exception.BytesOnServer!.Value, 0, 199_999_999);
        await Assert.ThrowsAnyAsync<SshException>(() => kill);
    }

    private sealed class Recorder(List<long> reports) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value)
        {
            lock (reports)
                reports.Add(value.Bytes);
        }
    }
}

/// <summary>The largest transfer, under rekeys from both sides; in a class of its own, so that it runs beside the others.</summary>
[Trait("Peer", "OpenSsh")]
public class OpenSshLargeTransferTests
{
    [Fact]
    public async Task PutAndGetOf1GiB_WhileBothSidesRekey_AreEqual()
    {
        await using SshdServer server = await SshdServer.StartAsync("RekeyLimit 1M");
        using TemporaryDirectory local = new();
        await using SshClient client = await SshClient.ConnectAsync(server.Target, server.Options with
        {
            Credentials = [PrivateKeyCredential.FromFile(server.UserKey)],
            Rekey = RekeyLimits.Default with { Bytes = 4 * 1024 * 1024 },
        });
        await using SftpClient sftp = await client.OpenSftpAsync();
        byte[] block = RandomNumberGenerator.GetBytes(1024 * 1024);
        await using (FileStream file = File.Create(local["put"]))
        {
            for (int i = 0; i < 1024; i++)
            {
                block[0] = (byte)i;
                await file.WriteAsync(block);
            }
        }

        string remote = $"large-{Guid.NewGuid():N}";
        Assert.Equal(1L << 30, await sftp.UploadAsync(local["put"], remote));
        Assert.Equal(1L << 30, await sftp.DownloadAsync(remote, local["got"]));
        await sftp.RemoveFileAsync(remote);
        Assert.Equal(await HashAsync(local["put"]), await HashAsync(local["got"]));
    }

    private static async Task<string> HashAsync(string path)
    {
        await using FileStream file = File.OpenRead(path);
        return Convert.ToHexString(await SHA256.HashDataAsync(file));
    }
}
