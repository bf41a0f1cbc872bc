using System.Diagnostics;
using System.Text.RegularExpressions;
using LucidSsh.Wire;

namespace LucidSsh.Fuzz;

/// <summary>An input that broke a rule.</summary>
/// <param name="Reason">Which rule, in one sentence.</param>
/// <param name="Exception">What was thrown, or null.</param>
public sealed record Finding(string Reason, Exception? Exception)
{
    /// <summary>The sentence and the stack.</summary>
    public override string ToString() => Exception is null ? Reason : $"{Reason}\n{Exception}";
}

/// <summary>Runs one input and says whether it kept the rules: it ends in success or in a documented error, within
/// <see cref="TimeLimit"/>, and allocates in proportion to its size.</summary>
public static partial class Oracle
{
    /// <summary>The longest a run may take.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(2);

    /// <summary>Bytes allocated for each byte of input: text is read, split and copied a few times.</summary>
    private const long AllocationPerByte = 128;

    /// <summary>Runs an input.</summary>
    /// <param name="target">Who reads it.</param>
    /// <param name="input">The input.</param>
    /// <param name="outcome">How it ended, without the numbers in it: equal for inputs that fare alike.</param>
    /// <returns>The rule it broke, or null.</returns>
    public static Finding? Check(IFuzzTarget target, ReadOnlySpan<byte> input, out string outcome)
    {
        ArgumentNullException.ThrowIfNull(target);
        Finding? finding = CheckOnce(target, input, out outcome);
        // The first run of a path pays for tables and the compiler, and a machine may pause: what is costly stays costly.
        return finding is { Exception: null } ? CheckOnce(target, input, out outcome) : finding;
    }

    private static Finding? CheckOnce(IFuzzTarget target, ReadOnlySpan<byte> input, out string outcome)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        outcome = "success";
        try
        {
            target.Run(input);
        }
        catch (SshException expected)
        {
            outcome = $"{expected.Code} {Numbers().Replace(expected.Sentence, "#")}";
        }
#pragma warning disable CA1031 // whatever it is, it is what the fuzzer looks for
        catch (Exception exception)
#pragma warning restore CA1031
        {
            outcome = exception.GetType().Name;
            return new Finding($"{target.Name} threw {exception.GetType().Name} at an input of {input.Length} bytes.", exception);
        }

        TimeSpan took = Stopwatch.GetElapsedTime(start);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        if (took > TimeLimit)
            return new Finding($"{target.Name} took {took.TotalSeconds:f1} s for an input of {input.Length} bytes.", null);
        return allocated > target.FixedAllocation + AllocationPerByte * input.Length
            ? new Finding($"{target.Name} allocated {allocated} bytes for an input of {input.Length} bytes.", null)
            : null;
    }

    [GeneratedRegex("\"[^\"]*\"|“[^”]*”|[0-9]+")]
    private static partial Regex Numbers();
}
