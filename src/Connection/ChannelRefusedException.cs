using LucidSsh.Wire;

namespace LucidSsh.Connection;

/// <summary>The peer did not open a channel, in its own words.</summary>
internal sealed class ChannelRefusedException : PeerRefusedException
{
    /// <summary>A session, or whatever has no better name.</summary>
    public ChannelRefusedException(ChannelOpenFailure failure)
        : this(failure, "The peer refused to open a channel", remedy: null)
    {
    }

    /// <summary>A channel with a name.</summary>
    /// <param name="failure">The peer's message.</param>
    /// <param name="what">The sentence's beginning: who did not do what.</param>
    /// <param name="remedy">What to do.</param>
    public ChannelRefusedException(ChannelOpenFailure failure, string what, string? remedy)
        : base(SshErrorCode.ChannelOpenRefused, $"{what} {Words(failure.Description)} ({failure.Reason}, reason {(uint)failure.Reason}).", remedy) =>
        Failure = failure;

    /// <summary>The peer's message.</summary>
    public ChannelOpenFailure Failure { get; }

    private static string Words(string description) =>
        description.Length == 0 ? "without a text" : $"saying \"{TerminalText.OneLine(description)}\"";
}
