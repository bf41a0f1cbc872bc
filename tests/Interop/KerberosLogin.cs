using System.Globalization;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Kerberos;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Interop;

/// <summary>A login with Kerberos in a process of its own: the system's library reads its configuration and its tickets from the
/// environment.</summary>
internal static class KerberosLogin
{
    public const string Verb = "kerberos-login";

    /// <summary>Logs in and writes what came of it: the methods accepted and what <c>id -un</c> says, or the failure.</summary>
    /// <param name="arguments">The port, the host key's fingerprint, the service's host, the user; then <c>password</c> where the password is
    /// to be given as well.</param>
    public static async Task RunAsync(string[] arguments)
    {
        SshTarget target = new(arguments[3], "127.0.0.1", int.Parse(arguments[0], CultureInfo.InvariantCulture));
        Credential[] credentials = [new KerberosCredential { ServerName = arguments[2] }, .. arguments.Length > 4 ? [new PasswordCredential(TestAccount.Password)] : Array.Empty<Credential>()];
        try
        {
            await using SshClient client = await SshClient.ConnectAsync(
                target, new SshClientOptions { HostKeys = HostKeyPolicy.Pinned(arguments[1]), Credentials = credentials });
            CommandResult result = await client.ExecuteAsync("id -un");
            Console.WriteLine($"{string.Join(',', client.Login.Accepted.Select(attempt => attempt.Method))} {result.Output.Trim()}");
        }
        catch (SshException failure)
        {
            Console.WriteLine(failure.Message);
        }
    }
}
