using System.Diagnostics;
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

/// <summary>How a run ended, as far as it does not depend on the bytes: equal for inputs that fare alike.</summary>
/// <param name="Code">The error's code; 0 is success.</param>
/// <param name="Words">The error's first plain words.</param>
public readonly record struct Outcome(SshErrorCode Code, string Words)
{
    /// <summary>Success.</summary>
    public static readonly Outcome Success = new(default, "success");

    private const int WordsKept = 14;
    private const int LongestWord = 24;

    /// <summary>The outcome of an error.</summary>
    public static Outcome Of(SshException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        IEnumerable<string> words = error.Sentence.Split(' ').Where(word =>
            word.Length <= LongestWord && word.All(c => char.IsAsciiLetter(c) || c is ':' or '.' or ',' or '_' or '\''));
        return new Outcome(error.Code, string.Join(' ', words.Take(WordsKept)));
    }

    /// <inheritdoc />
    public override string ToString() => Code == default ? Words : $"{Code}: {Words}";
}

/// <summary>Runs one input and says whether it kept the rules: it ends in success or in a documented error, within
/// <see cref="TimeLimit"/>, and allocates in proportion to its size.</summary>
public static class Oracle
{
    /// <summary>The longest a run may take.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(2);

    /// <summary>Bytes allocated for each byte of input: text is read, split and copied a few times.</summary>
    private const long AllocationPerByte = 128;

    /// <summary>Runs an input.</summary>
    /// <param name="target">Who reads it.</param>
    /// <param name="input">The input.</param>
    /// <param name="outcome">How it ended.</param>
    /// <returns>The rule it broke, or null.</returns>
    public static Finding? Check(IFuzzTarget target, ReadOnlySpan<byte> input, out Outcome outcome)
    {
        ArgumentNullException.ThrowIfNull(target);
        Finding? finding = CheckOnce(target, input, out outcome);
        // The first run of a path pays for tables and the compiler, and a machine may pause: what is costly stays costly.
        return finding is { Exception: null } ? CheckOnce(target, input, out outcome) : finding;
    }

    private static Finding? CheckOnce(IFuzzTarget target, ReadOnlySpan<byte> input, out Outcome outcome)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        outcome = Outcome.Success;
        try
        {
            target.Run(input);
        }
        catch (SshException expected)
        {
            outcome = Outcome.Of(expected);
        }
#pragma warning disable CA1031 // whatever it is, it is what the fuzzer looks for
        catch (Exception exception)
#pragma warning restore CA1031
        {
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
}
