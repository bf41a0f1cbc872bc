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

    /// <summary>The same for another account, which a test can change as it likes: no other test may use it.</summary>
    public static async Task EnsureAsync(string name, string password)
    {
        (int missing, _, _) = await ChildProcess.RunAsync("id", ["-u", name]);
        if (missing != 0)
            await RunAsync("useradd", "", "--create-home", "--shell", "/bin/sh", name);
        await RunAsync("chpasswd", $"{name}:{password}\n");
    }

    /// <summary>Runs one of the system's programs for accounts.</summary>
    public static async Task RunAsync(string program, string input, params string[] arguments)
    {
        (int code, string output, string error) = await ChildProcess.RunAsync(program, arguments, input);
        Assert.True(code == 0, $"{program} failed: {output}{error}");
    }

    private static Task CreateAsync() => EnsureAsync(Name, Password);
}
