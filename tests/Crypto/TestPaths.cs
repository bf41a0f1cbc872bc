using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

/// <summary>The kinds of kernel this machine can run; run the tests again with DOTNET_EnableAVX512=0, DOTNET_EnableAVX2=0 and
/// DOTNET_EnableHWIntrinsic=0 for what the compiler makes of them on lesser machines.</summary>
internal static class TestPaths
{
    public static readonly VectorPath[] All = [.. Enum.GetValues<VectorPath>().Where(path => path <= VectorPaths.Best)];
}
