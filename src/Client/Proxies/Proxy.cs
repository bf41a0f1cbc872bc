using System.IO.Pipelines;
using LucidSsh.Auth;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>A way to a server that is no straight TCP connection. Names are resolved at the far end of it. A failure begins with
/// where on the way it was: <c>SOCKS5 proxy gate:1080: …</c> where the proxy failed, <c>Through jump host bastion:22: …</c> where what lies
/// behind it did.</summary>
public abstract class Proxy
{
    private protected Proxy()
    {
    }

    /// <summary>A SOCKS 5 proxy (RFC 1928), with a user name and a password where it wants them (RFC 1929).</summary>
    /// <param name="host">The proxy's host.</param>
    /// <param name="port">Its TCP port.</param>
    /// <param name="user">The user name at the proxy; 1 to 255 bytes in UTF-8.</param>
    /// <param name="password">The password; 1 to 255 bytes. It stays the caller's. The proxy and everybody on the way to it can read it.</param>
    /// <exception cref="LocalMisuseException">A name or a password that cannot be told in this protocol.</exception>
    public static Proxy Socks5(string host, int port = 1080, string? user = null, PasswordCredential? password = null) =>
        new Socks5Proxy(new SshTarget(user, host, port), password);

    /// <summary>A SOCKS 4a proxy: SOCKS 4 that resolves names by itself, as almost every one does.</summary>
    /// <param name="host">The proxy's host.</param>
    /// <param name="port">Its TCP port.</param>
    /// <param name="user">The user id the proxy may want to see; nothing proves it.</param>
    public static Proxy Socks4(string host, int port = 1080, string? user = null) => new Socks4Proxy(new SshTarget(user, host, port));

    /// <summary>An HTTP proxy (RFC 9110 section 9.3.6, CONNECT), with basic authentication (RFC 7617) where it wants that. Most allow port
    /// 443 alone.</summary>
    /// <param name="host">The proxy's host.</param>
    /// <param name="port">Its TCP port.</param>
    /// <param name="user">The user name at the proxy; without a colon.</param>
    /// <param name="password">The password. It stays the caller's. The proxy and everybody on the way to it can read it.</param>
    /// <exception cref="LocalMisuseException">A name that cannot be told in this protocol.</exception>
    public static Proxy Http(string host, int port = 8080, string? user = null, PasswordCredential? password = null) =>
        new HttpProxy(new SshTarget(user, host, port), password);

    /// <summary>A proxy by its address: <c>socks5://[user@]host[:port]</c>, <c>socks4a://…</c> or <c>http://…</c>.</summary>
    /// <param name="address">The address. A password in it is refused: addresses end up in logs and process lists.</param>
    /// <param name="password">The password, where the proxy wants one.</param>
    /// <exception cref="LocalMisuseException">The address is none of these.</exception>
    public static Proxy Parse(string address, PasswordCredential? password = null) => ProxyAddress.Parse(address, password);

    /// <summary>Another SSH server, which opens TCP to the target: OpenSSH's ProxyJump. It is logged in to with its own credentials and
    /// verified by its own host key policy; the target is logged in to from here, so that the jump host sees nothing but ciphertext. With
    /// a <see cref="SshClientOptions.Proxy"/> of its own it makes a chain of any length.</summary>
    /// <param name="host">The jump host.</param>
    /// <param name="options">How to connect to it and log in.</param>
    public static Proxy Jump(SshTarget host, SshClientOptions options) => new JumpProxy(host, options);

    /// <summary>A program whose standard input and output lead to the target: OpenSSH's ProxyCommand. It is started without a shell, and
    /// ended with the connection.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="standardError">Called with each line the program writes to standard error; null keeps the last ones for the error text
    /// alone. It must not block.</param>
    public static Proxy Command(IReadOnlyList<string> command, Action<string>? standardError = null) => new CommandProxy(command, standardError);

    /// <summary>Opens the way that the options name: through their proxy, or straight.</summary>
    /// <exception cref="SshException">There is none; names the hop that failed.</exception>
    internal static async Task<IDuplexPipe> OpenAsync(SshTarget target, SshClientOptions options, Tracer tracer, CancellationToken cancellationToken) =>
        options.Proxy is { } proxy
            ? await proxy.ConnectAsync(target, options, tracer, cancellationToken).ConfigureAwait(false)
            : await ClientTelemetry.ConnectAsync(target, options, tracer, cancellationToken).ConfigureAwait(false);

    /// <summary>What a sentence calls it: <c>SOCKS5 proxy gate:1080</c>; never a secret.</summary>
    public abstract override string ToString();

    /// <summary>It and everything before it, in the order the bytes pass them.</summary>
    internal virtual string Way => ToString();

    /// <summary>Opens the way.</summary>
    /// <exception cref="SshException">There is none; names the hop that failed.</exception>
    internal abstract Task<IDuplexPipe> ConnectAsync(SshTarget target, SshClientOptions options, Tracer tracer, CancellationToken cancellationToken);
}
