using LucidSsh.Wire;

namespace LucidSsh.Connection;

/// <summary>The two spellings of agent forwarding: OpenSSH's, which every peer knows, and RFC 9987's, for a peer whose EXT_INFO says so.</summary>
internal static class AgentForwardingNames
{
    /// <summary>The extension of a peer that knows RFC 9987's names; its value is <c>0</c>.</summary>
    public const string Extension = "agent-forward";

    /// <summary>The channel of OpenSSH's spelling.</summary>
    public const string OpenSshChannel = "auth-agent@openssh.com";

    /// <summary>The channel of RFC 9987.</summary>
    public const string Channel = "agent-connect";

    /// <summary>True for either channel type.</summary>
    public static bool IsChannel(string channelType) => channelType is OpenSshChannel or Channel;
}

/* OpenSSH: auth-agent-req@openssh.com, no fields */

/// <summary>Asks a session for agent forwarding, in OpenSSH's spelling.</summary>
internal readonly record struct OpenSshAgentRequest : IRequestBody<OpenSshAgentRequest>
{
    public static string RequestType => "auth-agent-req@openssh.com";
    public static OpenSshAgentRequest Read(scoped ref SshReader reader) => default;

    public void Write(scoped ref SshWriter writer)
    {
    }
}

/* RFC 9987: agent-req, no fields */

/// <summary>Asks a session for agent forwarding, in RFC 9987's spelling.</summary>
internal readonly record struct AgentRequest : IRequestBody<AgentRequest>
{
    public static string RequestType => "agent-req";
    public static AgentRequest Read(scoped ref SshReader reader) => default;

    public void Write(scoped ref SshWriter writer)
    {
    }
}
