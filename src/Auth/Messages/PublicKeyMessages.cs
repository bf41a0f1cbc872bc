using LucidSsh.Wire;

namespace LucidSsh.Auth;

/* RFC 4252 section 7
     byte      SSH_MSG_USERAUTH_REQUEST
     string    user name
     string    service name
     string    "publickey", or "publickey-hostbound-v00@openssh.com" (OpenSSH's PROTOCOL, section 3.1)
     boolean   TRUE where a signature follows, FALSE for the question whether the key would do
     string    public key algorithm name
     string    public key blob; a certificate's for a certificate's algorithm
     string    server host key, only in the host-bound form: the K_S of the first key exchange
     string    signature, only with TRUE: SignedRequest says over what */

/// <summary>A key, with its signature or without. In its host-bound form the request, and so the signature, names the server it is
/// for: who forwards it cannot use it elsewhere.</summary>
internal readonly ref struct PublicKeyRequest(
    string user, string service, string algorithm, ReadOnlySpan<byte> keyBlob, bool isSigned, ReadOnlySpan<byte> signature,
    ReadOnlySpan<byte> serverHostKey = default)
    : IMessage<PublicKeyRequest>
{
    public static MessageNumber Number => MessageNumber.UserAuthRequest;

    public string User { get; } = user;

    public string Service { get; } = service;

    public string Algorithm { get; } = algorithm;

    public ReadOnlySpan<byte> KeyBlob { get; } = keyBlob;

    public bool IsSigned { get; } = isSigned;

    /// <summary>The signature blob; empty in the question.</summary>
    public ReadOnlySpan<byte> Signature { get; } = signature;

    /// <summary>The server's host key in the host-bound form; empty in RFC 4252's.</summary>
    public ReadOnlySpan<byte> ServerHostKey { get; } = serverHostKey;

    /// <summary>The form, by its method name.</summary>
    public string Method => ServerHostKey.IsEmpty ? LoginMethods.PublicKey : LoginMethods.PublicKeyHostBound;

    public static PublicKeyRequest Read(scoped ref SshReader reader)
    {
        (string user, string service, bool isHostBound) = UserAuthRequest.ReadHead(
            ref reader, LoginMethods.PublicKey, LoginMethods.PublicKeyHostBound);
        bool isSigned = reader.Boolean("signature follows");
        string algorithm = reader.Name("public key algorithm name");
        ReadOnlySpan<byte> keyBlob = reader.String("public key blob", WireLimits.KeyBlob);
        ReadOnlySpan<byte> serverHostKey = isHostBound ? reader.String("server host key", WireLimits.KeyBlob) : default;
        if (isHostBound && serverHostKey.IsEmpty)
            reader.Fail("server host key is empty");
        ReadOnlySpan<byte> signature = isSigned ? reader.String("signature", WireLimits.KeyBlob) : default;
        return new PublicKeyRequest(user, service, algorithm, keyBlob, isSigned, signature, serverHostKey);
    }

    public void Write(scoped ref SshWriter writer)
    {
        UserAuthRequest.WriteHead(ref writer, User, Service, Method);
        writer.Boolean(IsSigned);
        writer.Text(Algorithm);
        writer.String(KeyBlob);
        if (!ServerHostKey.IsEmpty)
            writer.String(ServerHostKey);
        if (IsSigned)
            writer.String(Signature);
    }
}

/* RFC 4252 section 7
     byte      SSH_MSG_USERAUTH_PK_OK
     string    public key algorithm name from the request
     string    public key blob from the request */

/// <summary>A signature by this key would be accepted. It grants nothing.</summary>
internal readonly ref struct UserAuthPkOk(string algorithm, ReadOnlySpan<byte> keyBlob) : IMessage<UserAuthPkOk>
{
    public static MessageNumber Number => MessageNumber.UserAuthMethod60;

    public string Algorithm { get; } = algorithm;

    public ReadOnlySpan<byte> KeyBlob { get; } = keyBlob;

    public static UserAuthPkOk Read(scoped ref SshReader reader) =>
        new(reader.Name("public key algorithm name"), reader.String("public key blob", WireLimits.KeyBlob));

    public void Write(scoped ref SshWriter writer)
    {
        writer.Text(Algorithm);
        writer.String(KeyBlob);
    }
}
