using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using LucidSsh.Auth;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>SOCKS 5 (RFC 1928) with user name and password (RFC 1929).</summary>
internal sealed class Socks5Proxy : TcpProxy
{
    private const byte Version = 5;
    private const byte NoAuthentication = 0;
    private const byte UserNamePassword = 2;
    private const byte NoAcceptableMethods = 0xff;
    private const byte Connect = 1;
    private const byte IPv4 = 1;
    private const byte DomainName = 3;
    private const byte IPv6 = 4;
    private const int LongestField = 255;

    private readonly byte[] _user;

    public Socks5Proxy(SshTarget address, PasswordCredential? password)
        : base(address, password)
    {
        _user = Encoding.UTF8.GetBytes(address.User ?? "");
        if (_user.Length > LongestField || password?.Utf8.Length is > LongestField or 0 || (password is not null && _user.Length == 0))
            throw new LocalMisuseException(SshErrorCode.Misuse, "A SOCKS5 proxy's user name and password have 1 to 255 bytes each (RFC 1929).");
    }

    protected override string Protocol => "SOCKS5";

    protected override async Task NegotiateAsync(IDuplexPipe pipe, SshTarget target, CancellationToken cancellationToken)
    {
        await ChooseMethodAsync(pipe, cancellationToken).ConfigureAwait(false);
        await pipe.Output.WriteAsync(Request(target), cancellationToken).ConfigureAwait(false);

        // RFC 1928 section 6: VER REP RSV ATYP BND.ADDR BND.PORT; the first byte of a name is its length.
        byte[] head = await ReadAsync(pipe.Input, 5, cancellationToken).ConfigureAwait(false);
        if (head[0] != Version)
            throw Misbehaved($"The proxy answered the request with version {head[0]}, not 5.");
        if (head[1] != 0)
            throw Refused(target, head[1]);
        int rest = head[3] switch
        {
            IPv4 => 3,
            IPv6 => 15,
            DomainName => head[4],
            _ => throw Misbehaved($"The proxy answered with an address of the unknown type {head[3]}."),
        };
        await ReadAsync(pipe.Input, rest + 2, cancellationToken).ConfigureAwait(false);
    }

    // RFC 1928 section 3.
    private async Task ChooseMethodAsync(IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        bool canProve = _user.Length > 0;
        byte[] greeting = canProve ? [Version, 2, NoAuthentication, UserNamePassword] : [Version, 1, NoAuthentication];
        await pipe.Output.WriteAsync(greeting, cancellationToken).ConfigureAwait(false);
        byte[] choice = await ReadAsync(pipe.Input, 2, cancellationToken).ConfigureAwait(false);
        if (choice[0] != Version)
            throw Misbehaved($"The proxy answered with version {choice[0]}, not 5{Guess(choice[0])}.");
        switch (choice[1])
        {
            case NoAuthentication:
                return;
            case UserNamePassword when canProve:
                await LogInAsync(pipe, cancellationToken).ConfigureAwait(false);
                return;
            case NoAcceptableMethods when canProve:
                throw Refused("The proxy accepts neither a user name with password nor nobody at all.", "It wants a login of another kind (GSSAPI), or lets nobody in from this address.");
            case NoAcceptableMethods:
                throw Refused("The proxy lets nobody in without a login.", "Give a user name and a password for it, or ask its administrator; some look at the address alone.");
            default:
                throw Misbehaved($"The proxy chose the login method {choice[1]}, which was not offered.");
        }
    }

    // RFC 1929: 01 ULEN UNAME PLEN PASSWD, answered by 01 STATUS.
    private async Task LogInAsync(IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        byte[] message = LogInMessage();
        try
        {
            await pipe.Output.WriteAsync(message, cancellationToken).ConfigureAwait(false); // by itself, so that no buffer keeps it
        }
        finally
        {
            ConstantTime.Zero(message.AsSpan());
        }

        byte[] status = await ReadAsync(pipe.Input, 2, cancellationToken).ConfigureAwait(false);
        if (status[1] != 0)
            throw Refused($"The proxy did not accept the password of {Address.User} (status {status[1]}).", "Check the proxy's user name and password; they are not the server's.");
    }

    private byte[] LogInMessage()
    {
        ReadOnlySpan<byte> password = Password is null ? default : Password.Utf8;
        byte[] message = GC.AllocateArray<byte>(3 + _user.Length + password.Length, pinned: true);
        message[0] = 1;
        message[1] = (byte)_user.Length;
        _user.CopyTo(message.AsSpan(2));
        message[2 + _user.Length] = (byte)password.Length;
        password.CopyTo(message.AsSpan(3 + _user.Length));
        return message;
    }

    // RFC 1928 section 4: VER CMD RSV ATYP DST.ADDR DST.PORT. A name goes as it is: the proxy resolves it.
    private static byte[] Request(SshTarget target)
    {
        byte[] address = HostAddress.Literal(target.Host)?.GetAddressBytes() ?? [];
        byte[] name = address.Length == 0 ? Encoding.UTF8.GetBytes(target.Host) : [];
        if (name.Length > LongestField)
            throw new LocalMisuseException(SshErrorCode.Misuse, $"The host name {target.Host} is longer than a SOCKS5 proxy can be told (255 bytes).");
        byte[] port = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(port, (ushort)target.Port);
        return address.Length switch
        {
            4 => [Version, Connect, 0, IPv4, .. address, .. port],
            16 => [Version, Connect, 0, IPv6, .. address, .. port],
            _ => [Version, Connect, 0, DomainName, (byte)name.Length, .. name, .. port],
        };
    }

    // RFC 1928 section 6.
    private static PeerRefusedException Refused(SshTarget target, byte reply)
    {
        (string said, string remedy) = reply switch
        {
            1 => ("general SOCKS server failure", "Its log says more; many answer so to a name that they cannot resolve."),
            2 => ("connection not allowed by ruleset", "Its administrator has to allow this target."),
            3 => ("network unreachable", "It has no way to the target."),
            4 => ("host unreachable", "Check the target's name: the proxy has to resolve it, and to reach it."),
            5 => ("connection refused", "Check the target's port, and whether its server runs."),
            6 => ("TTL expired", "The target did not answer it in time, or a route leads in a circle."),
            7 => ("command not supported", "It allows no connections of this kind."),
            8 => ("address type not supported", "Give the target by its IPv4 address or its name."),
            _ => ("a reply this protocol does not know", "Its log says more."),
        };
        return Refused($"The proxy did not connect to {HostAddress.WithPort(target.Host, target.Port)}: {said} (reply {reply}).", remedy);
    }

    private static string Guess(byte version) => version switch
    {
        0 => ": it seems to speak SOCKS 4",
        (byte)'H' => ": it seems to speak HTTP",
        (byte)'S' => ": it seems to be an SSH server",
        _ => "",
    };
}
