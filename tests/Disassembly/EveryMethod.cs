using System.Reflection;
using System.Runtime.CompilerServices;

namespace LucidSsh.Tests.Disassembly;

/// <summary>Has the just-in-time compiler compile every method of the cryptography. None has to be called for it, so that none can
/// be forgotten. What the compiler writes about them is up to the environment (DOTNET_JitDisasm…): this runs in a process of its
/// own.</summary>
internal static class EveryMethod
{
    public const string Verb = "compile-cryptography";
    public const string Initialised = "initialised";

    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    // What else is in the assembly is the C# compiler's.
    private static readonly Type[] s_types =
        [.. typeof(LucidSsh.Crypto.Hash).Assembly.GetTypes().Where(type => type.Namespace == typeof(LucidSsh.Crypto.Hash).Namespace)];

    /// <summary>Compiles, and prints the number of methods compiled. Where the classes are <paramref name="initialised"/> before,
    /// read-only fields are constants to the optimising compiler, as they are once a program has run for a while.</summary>
    public static void Compile(bool initialised)
    {
        Type[] types = [.. s_types.SelectMany(Constructed)];
        if (initialised)
        {
            foreach (Type type in types)
                RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        }

        int count = 0;
        foreach (Type type in types)
        {
            foreach (MethodBase method in MethodsOf(type))
            {
                if (method.IsVirtual)
                    method.MethodHandle.GetFunctionPointer(); // without it some implementations of interfaces stay uncompiled
                RuntimeHelpers.PrepareMethod(method.MethodHandle, Instantiation(type, method));
                count++;
            }
        }

        Console.WriteLine(count);
    }

    private static IEnumerable<MethodBase> MethodsOf(Type type) =>
        type.GetMembers(Declared).OfType<MethodBase>().Where(method => !method.IsAbstract && method.GetMethodBody() is not null);

    /// <summary>The type itself; a generic one with every argument the assembly has for it.</summary>
    private static IEnumerable<Type> Constructed(Type type) => type.IsGenericTypeDefinition
        ? ArgumentsFor(type.GetGenericArguments().Single()).Select(argument => type.MakeGenericType(argument))
        : [type];

    private static RuntimeTypeHandle[] Instantiation(Type type, MethodBase method)
    {
        Type[] ofMethod = method.IsGenericMethodDefinition ? method.GetGenericArguments() : [];
        return [.. type.GetGenericArguments().Concat(ofMethod.Select(it => ArgumentsFor(it).First())).Select(it => it.TypeHandle)];
    }

    /// <summary>The types of the assembly that implement the interface a parameter asks for; a number where it asks for none.</summary>
    private static IEnumerable<Type> ArgumentsFor(Type parameter)
    {
        Type? wanted = parameter.GetGenericParameterConstraints().SingleOrDefault(constraint => constraint.IsInterface);
        if (wanted is null)
            return [typeof(ulong)];
        string name = wanted.Name;
        return s_types.Where(type => !type.IsInterface && type.GetInterfaces().Any(it => it.Name == name));
    }
}
