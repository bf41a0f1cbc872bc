namespace LucidSsh.Auth;

/// <summary>The login methods' names, and the names of the services around them.</summary>
internal static class LoginMethods
{
    /// <summary>RFC 4252 section 5.2.</summary>
    public const string None = "none";

    /// <summary>RFC 4252 section 7.</summary>
    public const string PublicKey = "publickey";

    /// <summary>RFC 4252 section 8.</summary>
    public const string Password = "password";

    /// <summary>RFC 4256.</summary>
    public const string KeyboardInteractive = "keyboard-interactive";

    /// <summary>The service that does the login (RFC 4252 section 4).</summary>
    public const string UserAuthService = "ssh-userauth";

    /// <summary>The service that is logged in to (RFC 4254).</summary>
    public const string ConnectionService = "ssh-connection";

    /// <summary>The extension that names the signature algorithms a server accepts (RFC 8308 section 3.1).</summary>
    public const string ServerSignatureAlgorithms = "server-sig-algs";
}
