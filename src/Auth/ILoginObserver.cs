namespace LucidSsh.Auth;

/// <summary>Who runs a server's login, told of what the client will be told. Nothing here may wait.</summary>
internal interface ILoginObserver
{
    /// <summary>A request is refused, and counts.</summary>
    void Refused(string user, string method);

    /// <summary>The login is complete; told before the client is, so before it can open a channel.</summary>
    void Succeeded(LoginResult result);
}
