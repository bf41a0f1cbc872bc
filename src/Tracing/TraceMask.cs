namespace LucidSsh.Tracing;

/// <summary>Which events a sink takes: libssh2's bits, as users of IRIS's SetTraceMask know them. 511 is everything but the socket.</summary>
[Flags]
public enum TraceMask
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Packets, identification lines, rekeying decisions.</summary>
    Transport = 2,

    /// <summary>Key exchange: both sides' lists, what was chosen, the host key.</summary>
    KeyExchange = 4,

    /// <summary>Login: methods tried, what the server said. Never a secret.</summary>
    Authentication = 8,

    /// <summary>Channels, windows, global requests.</summary>
    Connection = 16,

    /// <summary>SCP.</summary>
    Scp = 32,

    /// <summary>SFTP requests and replies.</summary>
    Sftp = 64,

    /// <summary>Failures: each an exception somebody will see.</summary>
    Error = 128,

    /// <summary>The public key subsystem (RFC 4819).</summary>
    PublicKey = 256,

    /// <summary>Reads and writes on the socket.</summary>
    Socket = 512,

    /// <summary>Everything.</summary>
    All = 1022,
}

/// <summary>The names of the mask's bits.</summary>
internal static class TraceCategories
{
    /// <summary>The stable name for programs.</summary>
    public static string Layer(TraceMask category) => category switch
    {
        TraceMask.Transport => "transport",
        TraceMask.KeyExchange => "kex",
        TraceMask.Authentication => "auth",
        TraceMask.Connection => "connection",
        TraceMask.Scp => "scp",
        TraceMask.Sftp => "sftp",
        TraceMask.Error => "error",
        TraceMask.PublicKey => "publickey",
        TraceMask.Socket => "socket",
        _ => "trace",
    };

    /// <summary>The name in libssh2's trace lines.</summary>
    public static string Name(TraceMask category) => category switch
    {
        TraceMask.Transport => "Transport",
        TraceMask.KeyExchange => "Key Ex",
        TraceMask.Authentication => "Userauth",
        TraceMask.Connection => "Conn",
        TraceMask.Scp => "SCP",
        TraceMask.Sftp => "SFTP",
        TraceMask.Error => "Failure Event",
        TraceMask.PublicKey => "Publickey",
        TraceMask.Socket => "Socket",
        _ => "Trace",
    };
}
