namespace LucidSsh.Tests.Harness;

/// <summary>An account of the operating system with a known password, for servers that ask the system. Making one needs root; test.sh
/// leaves out what needs it elsewhere.</summary>
internal static class TestAccount
{
    public const string Name = "lucid-test";
    public const string Password = "correct horse battery staple";

    private static readonly Lazy<Task> Created = new(CreateAsync);

    /// <summary>Makes the account where it does not exist, and sets its password.</summary>
    public static Task EnsureAsync() => Created.Value;

    private static async Task CreateAsync()
    {
        (int missing, _, _) = await ChildProcess.RunAsync("id", ["-u", Name]);
        if (missing != 0)
            await CheckAsync("useradd", ["--create-home", "--shell", "/bin/sh", Name], "");
        await CheckAsync("chpasswd", [], $"{Name}:{Password}\n");

        static async Task CheckAsync(string program, string[] arguments, string input)
        {
            (int code, string output, string error) = await ChildProcess.RunAsync(program, arguments, input);
            Assert.True(code == 0, $"{program} failed: {output}{error}");
        }
    }
}
