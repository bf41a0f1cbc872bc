using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace LucidSsh.Tests.Architecture;

/// <summary>What the built assemblies refer to. On Linux the base library's cryptography is OpenSSL, and a process without OpenSSL
/// dies at the first call; so nothing of it is used but the few members that are managed code, and the only native calls are
/// those for the system's randomness.</summary>
public sealed class CryptographyReferenceTests
{
    private const string Forbidden = "System.Security.Cryptography";

    private static readonly string[] AllowedMembers =
    [
        $"{Forbidden}.CryptographicOperations.FixedTimeEquals",
        $"{Forbidden}.CryptographicOperations.ZeroMemory",
        $"{Forbidden}.CryptographicException..ctor",
    ];

    private static readonly string[] AllowedTypes = [$"{Forbidden}.CryptographicOperations", $"{Forbidden}.CryptographicException"];

    private static readonly string[] NativeCalls =
    [
        "LucidSsh.Crypto.OperatingSystemRandomness bcrypt.dll BCryptGenRandom",
        "LucidSsh.Crypto.OperatingSystemRandomness libc getentropy",
        "LucidSsh.Crypto.OperatingSystemRandomness libc getrandom",
    ];

    [Fact]
    public void References_IntoTheBaseLibrarysCryptography_AreTheManagedFew()
    {
        List<string> used = [];
        foreach (string assembly in SourceTree.Assemblies)
            used.AddRange(Read(assembly, References).Where(name => name.StartsWith(Forbidden, StringComparison.Ordinal)));

        Assert.Contains($"{Forbidden}.CryptographicOperations.FixedTimeEquals", used); // else nothing was read
        Assert.Empty(used.Except([.. AllowedTypes, .. AllowedMembers]));
    }

    [Fact]
    public void NativeCalls_AreThoseForRandomness() =>
        Assert.Equal(NativeCalls, SourceTree.Assemblies.SelectMany(assembly => Read(assembly, Imports)).Order(StringComparer.Ordinal));

    [Fact]
    public void NativeLibraries_AreNotLoadedByHand()
    {
        IEnumerable<string> loaders =
            from assembly in SourceTree.Assemblies
            from name in Read(assembly, References)
            where name == "System.Runtime.InteropServices.NativeLibrary" || name.StartsWith("System.Runtime.InteropServices.Marshal.GetDelegateForFunctionPointer", StringComparison.Ordinal)
            select $"{Path.GetFileName(assembly)}: {name}";
        Assert.Empty(loaders);
    }

    [Fact]
    public void References_OfThisAssembly_AreSeen()
    {
        // The tests use the base library as an oracle: what the fact above looks for can be found.
        IEnumerable<string> used = Read(typeof(CryptographyReferenceTests).Assembly.Location, References);
        Assert.Contains($"{Forbidden}.SHA256.HashData", used);
    }

    private static string[] Read(string assembly, Func<MetadataReader, IEnumerable<string>> list)
    {
        using PEReader file = new(File.OpenRead(assembly));
        return [.. list(file.GetMetadataReader())];
    }

    // Every type and member of other assemblies, by its full name.
    private static IEnumerable<string> References(MetadataReader reader)
    {
        foreach (TypeReferenceHandle handle in reader.TypeReferences)
            yield return NameOf(reader, handle);
        foreach (MemberReferenceHandle handle in reader.MemberReferences)
        {
            MemberReference member = reader.GetMemberReference(handle);
            if (member.Parent.Kind == HandleKind.TypeReference)
                yield return $"{NameOf(reader, (TypeReferenceHandle)member.Parent)}.{reader.GetString(member.Name)}";
        }
    }

    private static IEnumerable<string> Imports(MetadataReader reader)
    {
        foreach (MethodDefinitionHandle handle in reader.MethodDefinitions)
        {
            MethodDefinition method = reader.GetMethodDefinition(handle);
            if (!method.Attributes.HasFlag(MethodAttributes.PinvokeImpl))
                continue;
            MethodImport import = method.GetImport();
            TypeDefinition type = reader.GetTypeDefinition(method.GetDeclaringType());
            string library = reader.GetString(reader.GetModuleReference(import.Module).Name);
            yield return $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)} {library} {reader.GetString(import.Name)}";
        }
    }

    // A nested type has no namespace of its own: its scope is the type around it.
    private static string NameOf(MetadataReader reader, TypeReferenceHandle handle)
    {
        TypeReference type = reader.GetTypeReference(handle);
        string name = reader.GetString(type.Name);
        if (type.ResolutionScope.Kind == HandleKind.TypeReference)
            return $"{NameOf(reader, (TypeReferenceHandle)type.ResolutionScope)}.{name}";
        return $"{reader.GetString(type.Namespace)}.{name}";
    }
}
