using LucidSsh.Connection;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>What a server may begin by itself: a channel to the agent, where one is forwarded, and telling its host keys; no other channels
/// and requests. Refusing <c>keepalive@openssh.com</c> is the answer its sender waits for.</summary>
internal sealed class ClientConnectionHandler(ForwardedAgent? agent = null, HostKeyLearner? hostKeys = null) : IConnectionHandler
{
    public ChannelDecision OnOpen(string channelType, ReadOnlySpan<byte> data) => agent is not null && AgentForwardingNames.IsChannel(channelType)
        ? agent.OnOpen()
        : ChannelDecision.Refuse(ChannelOpenFailureReason.AdministrativelyProhibited, $"this client takes no {channelType} channels");

    public byte[]? OnGlobalRequest(string requestName, ReadOnlySpan<byte> data)
    {
        if (requestName == HostKeyProof.Announcement)
            hostKeys?.Told(data);
        return null;
    }
}
