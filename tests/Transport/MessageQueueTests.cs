using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Transport;

/// <summary>Payloads on their way to a conversation.</summary>
public class MessageQueueTests
{
    [Fact]
    public async Task ZeroUnread_LeavesNothingToRead_AndTheReasonStands()
    {
        MessageQueue queue = new();
        queue.Receive(MessageNumber.UserAuthRequest, [50, 1, 2, 3]);
        queue.Receive(MessageNumber.UserAuthRequest, [50, 4, 5, 6]);
        SshException reason = new(SshErrorCode.ConnectionLost, SshFault.Network, "The connection was lost.");
        queue.TransportClosed(reason);
        queue.ZeroUnread();
        Assert.False(queue.TryRead(out _));
        Assert.Same(reason, await Assert.ThrowsAsync<SshException>(() => queue.ReadAsync(CancellationToken.None).AsTask()));
    }

    [Fact]
    public void MoreThanItsCapacity_EndsThePeer()
    {
        MessageQueue queue = new();
        for (int i = 0; i < MessageQueue.Capacity; i++)
            queue.Receive(MessageNumber.UserAuthRequest, [50]);
        Assert.Equal(
            SshErrorCode.LimitExceeded,
            Assert.Throws<PeerMisbehavedException>(() => queue.Receive(MessageNumber.UserAuthRequest, [50])).Code);
    }
}
