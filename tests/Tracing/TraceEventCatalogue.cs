using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;
using LucidSsh.Client;
using LucidSsh.Server;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Tracing;

/// <summary>One row: what a trace may hold.</summary>
internal sealed record CataloguedEvent(TraceMask Category, string Name, IReadOnlyList<string> Fields, string Summary)
{
    public string Layer => TraceCategories.Layer(Category);
}

/// <summary>Every event type of the product, found by reflection, with its fields and its doc comment.</summary>
internal static class TraceEventCatalogue
{
    public static IReadOnlyList<CataloguedEvent> All { get; } =
        [.. Types().Select(Read).DistinctBy(e => (e.Layer, e.Name)).OrderBy(e => e.Category).ThenBy(e => e.Name, StringComparer.Ordinal)];

    /// <summary>Every closed event type; an event about a message, once for every message.</summary>
    public static IEnumerable<Type> Types()
    {
        Type[] all = [.. Assemblies().SelectMany(assembly => assembly.GetTypes())];
        Type[] messages = [.. all.Where(type => !type.IsInterface && !type.IsGenericTypeDefinition && IsMessage(type))];
        foreach (Type type in all.Where(type => type.IsValueType && typeof(ITraceEvent).IsAssignableFrom(type)))
        {
            if (!type.IsGenericTypeDefinition)
                yield return type;
            else
            {
                foreach (Type message in messages)
                    yield return type.MakeGenericType(message);
            }
        }
    }

    private static bool IsMessage(Type type) =>
        type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IMessage<>) && i.GenericTypeArguments[0] == type);

    private static HashSet<Assembly> Assemblies()
    {
        HashSet<Assembly> found = [];
        Queue<Assembly> left = new([typeof(SshClient).Assembly, typeof(SshServer).Assembly]);
        while (left.TryDequeue(out Assembly? assembly))
        {
            if (!found.Add(assembly))
                continue;
            foreach (AssemblyName name in assembly.GetReferencedAssemblies().Where(name => name.Name!.StartsWith("LucidSsh.", StringComparison.Ordinal)))
                left.Enqueue(Assembly.Load(name));
        }

        return found;
    }

    private static CataloguedEvent Read(Type type) =>
        (CataloguedEvent)typeof(TraceEventCatalogue).GetMethod(nameof(ReadEvent), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, null)!;

    private static CataloguedEvent ReadEvent<TEvent>()
        where TEvent : struct, ITraceEvent
    {
        FieldNames names = new();
        Sample<TEvent>().Describe(names);
        return new CataloguedEvent(TEvent.Category, TEvent.Name, names.Names, Summary(typeof(TEvent)));
    }

    /// <summary>An event whose texts are not null.</summary>
    public static TEvent Sample<TEvent>()
        where TEvent : struct, ITraceEvent
    {
        object sample = default(TEvent);
        foreach (FieldInfo field in typeof(TEvent).GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public))
        {
            if (field.FieldType == typeof(string))
                field.SetValue(sample, "");
            else if (field.FieldType.IsArray)
                field.SetValue(sample, Array.CreateInstance(field.FieldType.GetElementType()!, 1));
            else if (field.FieldType.IsClass)
                field.SetValue(sample, RuntimeHelpers.IsReferenceOrContainsReferences<TEvent>() ? Activator.CreateInstance(field.FieldType) : null);
        }

        return (TEvent)sample;
    }

    private static string Summary(Type type)
    {
        string xml = Path.ChangeExtension(type.Assembly.Location, ".xml");
        string name = $"T:{(type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName}";
        XElement? summary = XDocument.Load(xml).Descendants("member").FirstOrDefault(member => (string?)member.Attribute("name") == name)?.Element("summary");
        return string.Join(' ', (summary?.Value ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private sealed class FieldNames : ITraceFields
    {
        private readonly List<string> _names = [];

        public IReadOnlyList<string> Names => _names;

        public void Add(string name, long value) => _names.Add(name);

        public void Add(string name, string? value) => _names.Add(name);

        public void Add(string name, IReadOnlyList<KeyValuePair<string, string>> fields) => _names.Add(name);

        public void Add(string name, ReadOnlySpan<byte> bytes) => _names.Add(name);
    }
}
