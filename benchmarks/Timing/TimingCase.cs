namespace LucidSsh.Benchmarks.Timing;

/// <summary>One operation and two kinds of input to it, between which its time must not tell.</summary>
/// <param name="Name">The operation.</param>
/// <param name="First">The first kind of input.</param>
/// <param name="Second">The second kind of input.</param>
/// <param name="Samples">Measurements of both kinds together.</param>
/// <param name="Repetitions">Runs in one measurement, so that it is far longer than the clock's step.</param>
/// <param name="Prepare">Puts an input of the first (false) or the second kind where the operation takes it; not timed.</param>
/// <param name="Run">The operation.</param>
internal sealed record TimingCase(
    string Name, string First, string Second, int Samples, int Repetitions, Action<bool> Prepare, Action Run)
{
    /// <summary>Whether the operation leaks and must be caught at it: if it is not, the measurement is worth nothing.</summary>
    public bool IsControl { get; init; }
}
