using LucidSsh.Wire;

namespace LucidSsh.Transport;

/// <summary>How far the conversation has come, as the messages the PEER has sent show it: data that crosses our KEXINIT is still
/// ordinary data, and a peer that speaks between its KEXINIT and its NEWKEYS breaks the rules whatever we have sent.</summary>
internal enum Phase
{
    /// <summary>Before the first NEWKEYS, as RFC 4253 alone has it.</summary>
    FirstKeyExchange,

    /// <summary>Before the first NEWKEYS, under strict key exchange.</summary>
    StrictFirstKeyExchange,

    /// <summary>From a later KEXINIT of the peer to its NEWKEYS.</summary>
    Rekeying,

    /// <summary>Keys are in use, nobody is logged in.</summary>
    Login,

    /// <summary>Login is complete.</summary>
    Open,
}

/// <summary>What becomes of a message.</summary>
internal enum Verdict
{
    /// <summary>The connection ends.</summary>
    Fatal,

    /// <summary>It is dropped.</summary>
    Ignore,

    /// <summary>It is answered with UNIMPLEMENTED (RFC 4253 section 11.4).</summary>
    Unimplemented,

    /// <summary>It goes to the layer that owns its number.</summary>
    Accept,
}

/// <summary>Which message may arrive when: the one place that decides, before anything is parsed. What has no row is unknown.
/// The rules answer CVE-2023-48795 (strict key exchange), CVE-2023-46445 and -46446 (messages out of their slot), CVE-2025-32433
/// (channel messages before login) and CVE-2018-10933 (a client's messages taken from a server and the reverse).</summary>
internal static class Admission
{
    private const Verdict Fatal = Verdict.Fatal;
    private const Verdict Ignore = Verdict.Ignore;
    private const Verdict Accept = Verdict.Accept;

    private readonly record struct Row(
        byte First, byte Last, TransportRole? Only, Verdict FirstKex, Verdict StrictKex, Verdict Rekey, Verdict Login, Verdict Open);

    private static readonly Row[] Rows =
    [
        // number    who receives it         first   strict  rekey   login   open
        new(1, 1, null, Accept, Accept, Accept, Accept, Accept), // DISCONNECT
        new(2, 4, null, Accept, Fatal, Accept, Accept, Accept), // IGNORE, UNIMPLEMENTED, DEBUG
        new(5, 5, TransportRole.Server, Fatal, Fatal, Fatal, Accept, Fatal), // SERVICE_REQUEST
        new(6, 6, TransportRole.Client, Fatal, Fatal, Fatal, Accept, Fatal), // SERVICE_ACCEPT
        new(7, 7, null, Fatal, Fatal, Fatal, Accept, Ignore), // EXT_INFO (RFC 8308 section 2.4)
        new(20, 20, null, Accept, Accept, Fatal, Accept, Accept), // KEXINIT; a second one is the key exchange's to refuse
        new(21, 21, null, Accept, Accept, Accept, Fatal, Fatal), // NEWKEYS
        new(30, 49, null, Accept, Accept, Accept, Fatal, Fatal), // the method's messages: its state decides
        new(50, 50, TransportRole.Server, Fatal, Fatal, Fatal, Accept, Ignore), // USERAUTH_REQUEST (RFC 4252 section 5.1)
        new(51, 53, TransportRole.Client, Fatal, Fatal, Fatal, Accept, Fatal), // USERAUTH_FAILURE, _SUCCESS, _BANNER
        new(60, 79, null, Fatal, Fatal, Fatal, Accept, Fatal), // the login method's messages
        new(80, 127, null, Fatal, Fatal, Fatal, Fatal, Accept), // the connection protocol
        new(192, 193, null, Accept, Fatal, Ignore, Ignore, Accept), // PING, PONG: no answers before login
    ];

    /// <summary>The verdict on a message that arrives at <paramref name="role"/> in <paramref name="phase"/>.</summary>
    public static Verdict Decide(TransportRole role, Phase phase, MessageNumber number)
    {
        foreach (Row row in Rows)
        {
            if ((byte)number < row.First || (byte)number > row.Last)
                continue;
            if (row.Only is not null && row.Only != role)
                return Fatal;
            return phase switch
            {
                Phase.FirstKeyExchange => row.FirstKex,
                Phase.StrictFirstKeyExchange => row.StrictKex,
                Phase.Rekeying => row.Rekey,
                Phase.Login => row.Login,
                _ => row.Open,
            };
        }

        return number == MessageNumber.None || phase is Phase.StrictFirstKeyExchange or Phase.Rekeying ? Fatal : Verdict.Unimplemented;
    }

    /// <summary>The phase in words that follow "while": for the error.</summary>
    public static string Describe(Phase phase) => phase switch
    {
        Phase.FirstKeyExchange => "the first key exchange was under way",
        Phase.StrictFirstKeyExchange => "the first key exchange was under way (strict)",
        Phase.Rekeying => "it was exchanging new keys",
        Phase.Login => "nobody was logged in",
        _ => "the connection was open",
    };
}
