using LucidSsh.Sftp;
using LucidSsh.Tests.Harness;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Sftp;

/// <summary>The server and its root, through the client, over pipes in memory.</summary>
public sealed class SftpServerTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CancellationTokenSource _stop = new();
    private SftpClient _client = null!;
    private Task _serving = Task.CompletedTask;

    private string Root => _directory["root"];

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(Root, "sub"));
        Directory.CreateDirectory(_directory["root-evil"]);
        await File.WriteAllTextAsync(_directory["secret"], "outside");
        await File.WriteAllTextAsync(Path.Combine(_directory["root-evil"], "secret"), "outside");
        await File.WriteAllTextAsync(Path.Combine(Root, "inside"), "inside");
        _client = await StartAsync(new LocalFileSystem(Root));
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _stop.CancelAsync();
        await Task.WhenAny(_serving, Task.Delay(TimeSpan.FromSeconds(5)));
        _stop.Dispose();
        _directory.Dispose();
    }

    private Task<SftpClient> StartAsync(ISftpFileSystem files)
    {
        DuplexPipePair pipes = new();
        _serving = SftpServer.ServeAsync(pipes.Right, files, new Tracer(TimeProvider.System), _stop.Token);
        return SftpClient.StartAsync(pipes.Left, new SftpClientOptions(), new Tracer(TimeProvider.System), CancellationToken.None);
    }

    private async Task<string> ReadAsync(string path)
    {
        using MemoryStream content = new();
        await _client.DownloadAsync(path, content);
        return System.Text.Encoding.UTF8.GetString(content.ToArray());
    }

    [Theory]
    [InlineData("/../secret")]
    [InlineData("../secret")]
    [InlineData("/sub/../../secret")]
    [InlineData("/../root-evil/secret")]
    public async Task DotDot_StaysAtTheRoot(string path)
    {
        SftpException exception = await Assert.ThrowsAsync<SftpException>(() => ReadAsync(path));
        Assert.Equal(SftpStatusCode.NoSuchFile, exception.Status);
    }

    [Theory]
    [InlineData("absolute")]
    [InlineData("relative")]
    [InlineData("chain")]
    [InlineData("sibling")]
    [InlineData("directory/secret")]
    public async Task LinkThatLeadsOut_IsNotFollowed(string path)
    {
        File.CreateSymbolicLink(Path.Combine(Root, "absolute"), _directory["secret"]);
        File.CreateSymbolicLink(Path.Combine(Root, "relative"), "../secret");
        File.CreateSymbolicLink(Path.Combine(Root, "chain"), "sub/next");
        File.CreateSymbolicLink(Path.Combine(Root, "sub", "next"), "../../secret");
        File.CreateSymbolicLink(Path.Combine(Root, "sibling"), Path.Combine(_directory["root-evil"], "secret"));
        File.CreateSymbolicLink(Path.Combine(Root, "directory"), _directory.Path);
        foreach (Func<Task> attempt in (Func<Task>[])
        [
            () => ReadAsync(path),
            () => _client.StatAsync(path),
            () => _client.SetStatAsync(path, new SftpAttributes { Mode = 0x1ff }),
            () => _client.UploadAsync(new MemoryStream([1]), path),
            () => _client.RealPathAsync(path),
        ])
        {
            SshException exception = await Assert.ThrowsAnyAsync<SshException>(attempt);
            Assert.Equal(SftpStatusCode.PermissionDenied, ((SftpException)exception).Status);
        }

        Assert.Equal("outside", await File.ReadAllTextAsync(_directory["secret"]));
    }

    [Fact]
    public async Task LinkInside_IsFollowed_AndTreatedAsALinkWhereThatIsMeant()
    {
        await _client.SymbolicLinkAsync("/sub/link", "../inside");
        Assert.Equal("inside", await ReadAsync("/sub/link"));
        Assert.Equal(SftpFileType.SymbolicLink, (await _client.LStatAsync("/sub/link")).Type);
        Assert.Equal("/inside", await _client.RealPathAsync("/sub/link"));
        await _client.RenameAsync("/sub/link", "/sub/moved");
        await _client.RemoveFileAsync("/sub/moved");
        Assert.Equal("inside", await ReadAsync("/inside"));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../../secret")]
    public async Task LinkOutwards_IsNotMade(string target)
    {
        SftpException exception = await Assert.ThrowsAsync<SftpException>(() => _client.SymbolicLinkAsync("/sub/out", target));
        Assert.Equal(SftpStatusCode.PermissionDenied, exception.Status);
    }

    [Fact]
    public async Task ReadOnly_RefusesEveryChange()
    {
        SftpClient client = await StartAsync(new LocalFileSystem(Root, readOnly: true));
        foreach (Func<Task> attempt in (Func<Task>[])
        [
            () => client.UploadAsync(new MemoryStream([1]), "/new"),
            () => client.MakeDirectoryAsync("/new"),
            () => client.RemoveFileAsync("/inside"),
            () => client.RemoveDirectoryAsync("/sub"),
            () => client.RenameAsync("/inside", "/other"),
            () => client.SetStatAsync("/inside", new SftpAttributes { Size = 0 }),
            () => client.SymbolicLinkAsync("/link", "inside"),
        ])
        {
            SftpException exception = await Assert.ThrowsAsync<SftpException>(attempt);
            Assert.Equal(SftpStatusCode.PermissionDenied, exception.Status);
        }

        await client.DisposeAsync();
        Assert.Equal("inside", await ReadAsync("/inside"));
    }

    [Fact]
    public async Task Handles_AreBounded_AndFreed()
    {
        List<SftpFile> open = [];
        SftpException exception = await Assert.ThrowsAsync<SftpException>(async () =>
        {
            for (int i = 0; i < 2000; i++)
                open.Add(await _client.OpenAsync("/inside", SftpOpenMode.ForReading));
        });
        Assert.Equal(SftpStatusCode.Failure, exception.Status);
        Assert.Equal(1024, open.Count);
        await open[0].CloseAsync();
        await using SftpFile again = await _client.OpenAsync("/inside", SftpOpenMode.ForReading);
    }

    [Fact]
    public async Task Rename_OverAFile_NeedsToBeAskedFor()
    {
        await _client.UploadAsync(new MemoryStream("new"u8.ToArray()), "/new");
        Assert.Equal(SftpStatusCode.Failure, (await Assert.ThrowsAsync<SftpException>(() => _client.RenameAsync("/new", "/inside"))).Status);
        await _client.RenameAsync("/new", "/inside", overwrite: true);
        Assert.Equal("new", await ReadAsync("/inside"));
    }

    [Fact]
    public async Task TextInsteadOfSftp_IsQuoted()
    {
        DuplexPipePair pipes = new();
        await pipes.Right.Output.WriteAsync("Welcome to files.example!\n"u8.ToArray());
        SftpException exception = await Assert.ThrowsAsync<SftpException>(
            () => SftpClient.StartAsync(pipes.Left, new SftpClientOptions(), new Tracer(TimeProvider.System), CancellationToken.None));
        Assert.Equal(SshErrorCode.SftpUnavailable, exception.Code);
        Assert.Contains("Welcome to files.example!", exception.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff })]
    [InlineData(new byte[] { 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 5, 101, 0, 0, 0, 77 })]
    public async Task HostileReply_EndsTheSession_WithATypedError(byte[] reply)
    {
        DuplexPipePair pipes = new();
        WireBuffer greeting = new();
        SftpPacket.Encode(greeting, new VersionPacket(3, []));
        await pipes.Right.Output.WriteAsync(greeting.Written.ToArray());
        await using SftpClient client = await SftpClient.StartAsync(pipes.Left, new SftpClientOptions(), new Tracer(TimeProvider.System), CancellationToken.None);
        Task<SftpAttributes> stat = client.StatAsync("/x");
        await pipes.Right.Output.WriteAsync(reply);
        SftpException exception = await Assert.ThrowsAsync<SftpException>(() => stat.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(SshErrorCode.SftpProtocol, exception.Code);
    }
}
