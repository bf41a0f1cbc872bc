using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>SOCKS 4 with its extension 4a, by which the proxy resolves names.</summary>
internal sealed class Socks4Proxy : TcpProxy
{
    private const byte Version = 4;
    private const byte Connect = 1;
    private const byte Granted = 90;
    private const int LongestUser = 255;

    private readonly byte[] _user;

    public Socks4Proxy(SshTarget address)
        : base(address, password: null)
    {
        _user = Encoding.UTF8.GetBytes(address.User ?? "");
        if (_user.Length > LongestUser || _user.Contains((byte)0))
            throw new LocalMisuseException(SshErrorCode.Misuse, "A SOCKS4a proxy's user id has at most 255 bytes, and no zero byte.");
    }

    protected override string Protocol => "SOCKS4a";

    protected override async Task NegotiateAsync(IDuplexPipe pipe, SshTarget target, CancellationToken cancellationToken)
    {
        await pipe.Output.WriteAsync(Request(target), cancellationToken).ConfigureAwait(false);

        // A zero byte, the reply's code, and six bytes without meaning here.
        byte[] reply = await ReadAsync(pipe.Input, 8, cancellationToken).ConfigureAwait(false);
        if (reply[0] != 0)
            throw Misbehaved($"The proxy's answer begins with {reply[0]}, not with 0.");
        (string Said, string Remedy)? refusal = reply[1] switch
        {
            Granted => null,
            91 => ("request rejected or failed", "It does not tell why: its log does. The target may be down, unknown to it, or forbidden."),
            92 => ("it cannot reach identd on this machine", "It wants to ask this machine who connects (RFC 1413); its administrator can switch that off."),
            93 => ("identd on this machine names another user", "Give the user id that this machine's identd tells."),
            _ => ("a reply this protocol does not know", "Its log says more."),
        };
        if (refusal is { } no)
            throw Refused($"The proxy did not connect to {HostAddress.WithPort(target.Host, target.Port)}: {no.Said} (reply {reply[1]}).", no.Remedy);
    }

    // 04 01 port address user 00, and with the address 0.0.0.1, which is none, name 00. An IPv6 address goes as a name.
    private byte[] Request(SshTarget target)
    {
        byte[] port = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(port, (ushort)target.Port);
        return HostAddress.Literal(target.Host) is { AddressFamily: AddressFamily.InterNetwork } address
            ? [Version, Connect, .. port, .. address.GetAddressBytes(), .. _user, 0]
            : [Version, Connect, .. port, 0, 0, 0, 1, .. _user, 0, .. Encoding.UTF8.GetBytes(target.Host), 0];
    }
}
