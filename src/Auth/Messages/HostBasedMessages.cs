using LucidSsh.Wire;

namespace LucidSsh.Auth;

/* RFC 4252 section 9
     byte      SSH_MSG_USERAUTH_REQUEST
     string    user name
     string    service name
     string    "hostbased"
     string    public key algorithm for host key
     string    public host key and certificates for client host
     string    client host name expressed as the FQDN in US-ASCII
     string    user name on the client host in ISO-10646 UTF-8 encoding
     string    signature: SignedRequest says over what */

/// <summary>A host that vouches for its user.</summary>
internal readonly ref struct HostBasedRequest(
    string user, string service, string algorithm, ReadOnlySpan<byte> keyBlob, string clientHost, string clientUser,
    ReadOnlySpan<byte> signature)
    : IMessage<HostBasedRequest>
{
    public static MessageNumber Number => MessageNumber.UserAuthRequest;

    public string User { get; } = user;

    public string Service { get; } = service;

    public string Algorithm { get; } = algorithm;

    /// <summary>The client host's key, or its host certificate.</summary>
    public ReadOnlySpan<byte> KeyBlob { get; } = keyBlob;

    public string ClientHost { get; } = clientHost;

    public string ClientUser { get; } = clientUser;

    /// <summary>The signature blob.</summary>
    public ReadOnlySpan<byte> Signature { get; } = signature;

    public static HostBasedRequest Read(scoped ref SshReader reader)
    {
        (string user, string service) = UserAuthRequest.ReadHead(ref reader, LoginMethods.HostBased);
        return new HostBasedRequest(
            user, service, reader.Name("public key algorithm"), reader.String("public host key", WireLimits.KeyBlob),
            reader.Text("client host name", WireLimits.UserName), reader.Text("user name on the client host", WireLimits.UserName),
            reader.String("signature", WireLimits.KeyBlob));
    }

    public void Write(scoped ref SshWriter writer)
    {
        UserAuthRequest.WriteHead(ref writer, User, Service, LoginMethods.HostBased);
        writer.Text(Algorithm);
        writer.String(KeyBlob);
        writer.Text(ClientHost);
        writer.Text(ClientUser);
        writer.String(Signature);
    }
}
