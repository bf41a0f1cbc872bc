using LucidSsh.Wire;

namespace LucidSsh.Connection;

/* RFC 4254 section 7.2, what follows in CHANNEL_OPEN
     string    host to connect
     uint32    port to connect
     string    originator IP address
     uint32    originator port */
internal readonly record struct DirectTcpIp(string Host, uint Port, string OriginatorAddress, uint OriginatorPort) : IRequestBody<DirectTcpIp>
{
    public static string RequestType => "direct-tcpip";

    public static DirectTcpIp Read(scoped ref SshReader reader) => new(
        reader.Text("host to connect"),
        reader.UInt32("port to connect"),
        reader.Text("originator IP address"),
        reader.UInt32("originator port"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.Text(Host);
        writer.UInt32(Port);
        writer.Text(OriginatorAddress);
        writer.UInt32(OriginatorPort);
    }
}
