using LucidSsh.Connection;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>What a server may begin by itself at a client that forwards nothing: no channels, no requests. Refusing
/// <c>keepalive@openssh.com</c> is the answer its sender waits for.</summary>
internal sealed class ClientConnectionHandler : IConnectionHandler
{
    public ChannelDecision OnOpen(string channelType, ReadOnlySpan<byte> data) => ChannelDecision.Refuse(
        ChannelOpenFailureReason.AdministrativelyProhibited, $"this client takes no {channelType} channels");

    public byte[]? OnGlobalRequest(string requestName, ReadOnlySpan<byte> data) => null;
}
