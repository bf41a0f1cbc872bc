namespace LucidSsh.Auth;

/// <summary>The login methods' names, and the names of the services around them.</summary>
internal static class LoginMethods
{
    /// <summary>RFC 4252 section 5.2.</summary>
    public const string None = "none";

    /// <summary>RFC 4252 section 7.</summary>
    public const string PublicKey = "publickey";

    /// <summary>The same with the server's host key in the request (OpenSSH's PROTOCOL, section 3.1). It is never offered in a list of
    /// methods: a server that takes it says so in EXT_INFO.</summary>
    public const string PublicKeyHostBound = "publickey-hostbound-v00@openssh.com";

    /// <summary>RFC 4252 section 8.</summary>
    public const string Password = "password";

    /// <summary>RFC 4256.</summary>
    public const string KeyboardInteractive = "keyboard-interactive";

    /// <summary>RFC 4252 section 9.</summary>
    public const string HostBased = "hostbased";

    /// <summary>RFC 4462 section 3.</summary>
    public const string GssApiWithMic = "gssapi-with-mic";

    /// <summary>The service that does the login (RFC 4252 section 4).</summary>
    public const string UserAuthService = "ssh-userauth";

    /// <summary>The service that is logged in to (RFC 4254).</summary>
    public const string ConnectionService = "ssh-connection";

    /// <summary>The extension that names the signature algorithms a server accepts (RFC 8308 section 3.1).</summary>
    public const string ServerSignatureAlgorithms = "server-sig-algs";

    /// <summary>The extension of a server that takes <see cref="PublicKeyHostBound"/>; its value is "0", the version.</summary>
    public const string HostBoundExtension = "publickey-hostbound@openssh.com";
}
