using LucidSsh.Tests.Architecture;
using LucidSsh.Tests.Client;
using LucidSsh.Tests.Disassembly;
using LucidSsh.Tests.Interop;

namespace LucidSsh.Tests;

/// <summary>This assembly started as a program, by its own tests and by who reviews the cryptography's machine code.</summary>
internal static class Program
{
    public static async Task Main(string[] arguments)
    {
        switch (arguments)
        {
            case [EveryMethod.Verb]:
                EveryMethod.Compile(initialised: false);
                break;
            case [EveryMethod.Verb, EveryMethod.Initialised]:
                EveryMethod.Compile(initialised: true);
                break;
            case [Review.Verb]:
                await Review.WriteAsync();
                break;
            case [KnownHostsChanger.Verb, string path, string prefix, string count, string inPlace]:
                await KnownHostsChanger.RunAsync(path, prefix, int.Parse(count), bool.Parse(inPlace));
                break;
            case [KerberosLogin.Verb, .. string[] rest]:
                await KerberosLogin.RunAsync(rest);
                break;
            default:
                Control.Hash();
                break;
        }
    }
}
