namespace LucidSsh.Fuzz;

/// <summary>Something that reads what an enemy may have written.</summary>
public interface IFuzzTarget
{
    /// <summary>Its name on the command line, and its folder's under fuzz/corpus.</summary>
    string Name { get; }

    /// <summary>Inputs it understands, for mutation to begin with. More lie in fuzz/corpus.</summary>
    IEnumerable<byte[]> Seeds { get; }

    /// <summary>Bytes a run may allocate whatever its input, beside what is in proportion to it.</summary>
    long FixedAllocation => 256 * 1024;

    /// <summary>Reads one input. It may throw an SshException and nothing else.</summary>
    void Run(ReadOnlySpan<byte> input);
}
