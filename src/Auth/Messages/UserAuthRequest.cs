using LucidSsh.Wire;

namespace LucidSsh.Auth;

/* RFC 4252 section 5
     byte      SSH_MSG_USERAUTH_REQUEST
     string    user name in ISO-10646 UTF-8 encoding
     string    service name in US-ASCII
     string    method name in US-ASCII
     ....      method specific fields */

/// <summary>What every login request begins with. The server reads this to learn the method, then the whole payload again as that
/// method's request, so that each request is one type under one table.</summary>
internal readonly ref struct UserAuthRequest(string user, string service, string method, ReadOnlySpan<byte> fields)
    : IMessage<UserAuthRequest>
{
    public static MessageNumber Number => MessageNumber.UserAuthRequest;

    public string User { get; } = user;

    public string Service { get; } = service;

    public string Method { get; } = method;

    /// <summary>The method's own fields, unread.</summary>
    public ReadOnlySpan<byte> Fields { get; } = fields;

    public static UserAuthRequest Read(scoped ref SshReader reader)
    {
        string user = reader.Text("user name", WireLimits.UserName);
        string service = reader.Name("service name");
        string method = reader.Name("method name");
        return new UserAuthRequest(user, service, method, reader.SecretRest("the method's fields"));
    }

    public void Write(scoped ref SshWriter writer)
    {
        WriteHead(ref writer, User, Service, Method);
        writer.Bytes(Fields);
    }

    /// <summary>Reads the beginning of a request that must be of <paramref name="method"/>.</summary>
    public static (string User, string Service) ReadHead(scoped ref SshReader reader, string method)
    {
        (string user, string service, _) = ReadHead(ref reader, method, method);
        return (user, service);
    }

    /// <summary>Reads the beginning of a request of a method that has a second form under a name of its own.</summary>
    public static (string User, string Service, bool IsOther) ReadHead(scoped ref SshReader reader, string method, string other)
    {
        string user = reader.Text("user name", WireLimits.UserName);
        string service = reader.Name("service name");
        string name = reader.Name("method name");
        if (name != method && name != other)
            reader.Fail($"method name is not {method}");
        return (user, service, name != method);
    }

    /// <summary>Writes the beginning of a request.</summary>
    public static void WriteHead(scoped ref SshWriter writer, string user, string service, string method)
    {
        writer.Text(user);
        writer.Text(service);
        writer.Text(method);
    }
}

/// <summary>The request that asks for nothing but the list of methods (RFC 4252 section 5.2): it has no fields of its own. Where
/// no login is wanted it succeeds.</summary>
internal readonly ref struct NoneRequest(string user, string service) : IMessage<NoneRequest>
{
    public static MessageNumber Number => MessageNumber.UserAuthRequest;

    public string User { get; } = user;

    public string Service { get; } = service;

    public static NoneRequest Read(scoped ref SshReader reader)
    {
        (string user, string service) = UserAuthRequest.ReadHead(ref reader, LoginMethods.None);
        return new NoneRequest(user, service);
    }

    public void Write(scoped ref SshWriter writer) => UserAuthRequest.WriteHead(ref writer, User, Service, LoginMethods.None);
}
