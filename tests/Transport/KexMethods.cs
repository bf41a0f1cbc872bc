using LucidSsh.Transport;

namespace LucidSsh.Tests.Transport;

internal static class KexMethods
{
    /// <summary>The method of a name that needs no group first.</summary>
    public static ValueKex Find(string name) => (ValueKex)KexTable.Find(name)!;
}
