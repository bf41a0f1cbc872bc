using LucidSsh.Auth;
using LucidSsh.Wire;

namespace LucidSsh.Agent;

/* RFC 4252 section 7, and OpenSSH's PROTOCOL section 3.1 for publickey-hostbound-v00@openssh.com
     string    session identifier
     byte      SSH_MSG_USERAUTH_REQUEST
     string    user name
     string    service name
     string    method
     boolean   TRUE
     string    public key algorithm name
     string    public key
     string    the server's host key: only with publickey-hostbound-v00@openssh.com */

/// <summary>The login that a signature would be for: what the data says that is to be signed.</summary>
internal readonly ref struct LoginToSign
{
    private const string HostBoundMethod = "publickey-hostbound-v00@openssh.com";

    public ReadOnlySpan<byte> SessionId { get; private init; }

    public string User { get; private init; }

    /// <summary>The host key inside the data; empty where it has none.</summary>
    public ReadOnlySpan<byte> HostKey { get; private init; }

    /// <summary>Reads the data; false where it is no login with the key <paramref name="keyBlob"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, ReadOnlySpan<byte> keyBlob, out LoginToSign login)
    {
        SshReader reader = new(data);
        ReadOnlySpan<byte> sessionId = reader.String("session identifier");
        byte number = reader.Byte("message number");
        string user = reader.Text("user name", WireLimits.UserName);
        string service = reader.Name("service name");
        string method = reader.Name("method name");
        bool signed = reader.Boolean("signature follows");
        reader.Name("public key algorithm name");
        ReadOnlySpan<byte> key = reader.String("public key", WireLimits.KeyBlob);
        ReadOnlySpan<byte> hostKey = method == HostBoundMethod ? reader.String("host key", WireLimits.KeyBlob) : default;
        login = new LoginToSign { SessionId = sessionId, User = user, HostKey = hostKey };
        return reader.Complete()
            && number == (byte)MessageNumber.UserAuthRequest
            && service == LoginMethods.ConnectionService
            && method is LoginMethods.PublicKey or HostBoundMethod
            && signed && !sessionId.IsEmpty
            && key.SequenceEqual(keyBlob);
    }
}
