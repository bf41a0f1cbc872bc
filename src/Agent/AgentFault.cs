using System.Net.Sockets;
using LucidSsh.Wire;

namespace LucidSsh.Agent;

/// <summary>What can be wrong with an agent, a sentence each.</summary>
internal static class AgentFault
{
    private const string StartOne = "Start one (eval $(ssh-agent)) and add a key (ssh-add), or log in with a key file.";

    public static LocalMisuseException NotNamed() => new(
        SshErrorCode.AgentUnavailable,
        OperatingSystem.IsWindows()
            ? $"There is no agent: {AgentAddress.Variable} is not set, and neither OpenSSH's agent nor Pageant has a named pipe."
            : $"There is no agent: the environment variable {AgentAddress.Variable} is not set.",
        OperatingSystem.IsWindows() ? "Start the service ssh-agent, or Pageant, and add a key." : StartOne);

    public static LocalMisuseException NoPath(string path, string why) => new(
        SshErrorCode.AgentUnavailable, $"\"{path}\" is no place of an agent: {why}.", "Give the path of its Unix socket, or \\\\.\\pipe\\NAME for a named pipe.");

    public static LocalMisuseException Unreachable(string path, SocketException failure) => failure.SocketErrorCode switch
    {
        SocketError.AddressNotAvailable when !File.Exists(path) => Missing(path, failure),
        SocketError.AccessDenied => Forbidden(path, failure),
        SocketError.ConnectionRefused => new(
            SshErrorCode.AgentUnavailable, $"Nobody listens on the agent's socket {path}.",
            $"The agent that made it has ended and left it behind, or the file is no socket. {StartOne}", failure),
        _ when !File.Exists(path) => Missing(path, failure),
        _ => new(SshErrorCode.AgentUnavailable, $"The agent's socket {path} cannot be used: {failure.Message}.", StartOne, failure),
    };

    public static LocalMisuseException PipeUnreachable(string path, Exception failure) => failure switch
    {
        TimeoutException => new(
            SshErrorCode.AgentUnavailable, $"There is no agent's named pipe {path}, or every instance of it is busy.", "Start the agent: the service ssh-agent, or Pageant.", failure),
        UnauthorizedAccessException => Forbidden(path, failure),
        _ => new(SshErrorCode.AgentUnavailable, $"The agent's named pipe {path} cannot be used: {failure.Message}", null, failure),
    };

    public static TransportLostException Silent(string where, TimeSpan timeout, string request) => new(
        SshErrorCode.AgentUnavailable, $"The agent{where} did not answer within {timeout.TotalSeconds:0.#} seconds when asked {request}.",
        "It may be waiting for a person: look for its question, or for a security key that wants to be touched.");

    public static TransportLostException Closed(string where, string request, Exception? inner = null) => new(
        SshErrorCode.AgentUnavailable, $"The agent{where} closed the connection when asked {request}.", "It has ended, or it does not serve this user.", inner);

    public static PeerMisbehavedException Unexpected(string where, string request, AgentMessageNumber number) => new(
        SshErrorCode.AgentProtocol, $"The agent{where} answered with message {(byte)number} when asked {request}, which is no answer to that.");

    public static PeerRefusedException Refused(string where, string request, string? remedy = null) => new(
        SshErrorCode.AgentRefused, $"The agent{where} refused when asked {request}.", remedy ?? "It may be locked: ssh-add -X unlocks it.");

    /// <summary>Why a signature was refused, as far as it can be told by what the agent lists afterwards.</summary>
    /// <param name="where">Which agent.</param>
    /// <param name="key">The key.</param>
    /// <param name="algorithm">The algorithm asked for.</param>
    /// <param name="listed">Whether the agent lists the key now; null where it did not answer.</param>
    /// <param name="any">Whether it lists any.</param>
    public static PeerRefusedException SignatureRefused(string where, string key, string algorithm, bool? listed, bool any)
    {
        (string why, string remedy) = (listed, any) switch
        {
            (true, _) => (
                "though it holds it: a person did not confirm it, a security key was not touched, or the key is restricted to other hosts",
                "Answer the agent's question in time; ssh-add -l shows the key, and a key added with ssh-add -h works only on the way it names."),
            (false, true) => (
                "and does not hold it any more", "It was removed, or its lifetime is over: add it again (ssh-add FILE)."),
            (false, false) => (
                "and shows no keys any more: it is locked, or empty", "Unlock it (ssh-add -X), or add the key again (ssh-add FILE)."),
            (null, _) => ("and did not say more", "Look with ssh-add -l whether the key is there."),
        };
        return new PeerRefusedException(SshErrorCode.AgentRefused, $"The agent{where} refused to sign with the key {key} ({algorithm}), {why}.", remedy);
    }

    private static LocalMisuseException Missing(string path, Exception inner) => new(
        SshErrorCode.AgentUnavailable, $"There is no agent's socket {path}.", $"The agent that made it has ended, or the path is wrong. {StartOne}", inner);

    private static LocalMisuseException Forbidden(string path, Exception inner) => new(
        SshErrorCode.AgentUnavailable, $"This user may not open the agent's socket {path}.", "It belongs to another user, whom alone its agent serves: start an agent of your own.", inner);
}
