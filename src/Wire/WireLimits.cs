namespace LucidSsh.Wire;

/// <summary>Every size limit that bytes from a peer meet, each with its reason. A length beyond its limit is a fault of the peer,
/// found before anything of that size is allocated.</summary>
internal static class WireLimits
{
    /// <summary>Bytes of an identification line including CR LF (RFC 4253 section 4.2).</summary>
    public const int IdentificationLine = 255;

    /// <summary>Lines a server may send before its identification line (RFC 4253 section 4.2 sets no limit; OpenSSH reads 1024).</summary>
    public const int LinesBeforeIdentification = 1024;

    /// <summary>Bytes of one line before the identification line.</summary>
    public const int LineBeforeIdentification = 8192;

    /// <summary>The largest packet_length accepted or sent: 256 KiB, as OpenSSH. RFC 4253 section 6.1 demands 35,000 bytes at least.</summary>
    public const int PacketLength = 256 * 1024;

    /// <summary>Bytes of an algorithm, method, channel type, request or extension name (RFC 4251 section 6).</summary>
    public const int Name = 64;

    /// <summary>Names in one name-list: far above the longest list any implementation sends (about 60).</summary>
    public const int NamesInList = 512;

    /// <summary>Extensions in one EXT_INFO, as OpenSSH (RFC 8308 sets none).</summary>
    public const int Extensions = 1024;

    /// <summary>Bytes of a public key, certificate or signature blob: a 16384-bit RSA key takes about 2 KiB, a certificate some more.</summary>
    public const int KeyBlob = 64 * 1024;

    /// <summary>Bytes of an mpint: a 16384-bit number and its sign byte.</summary>
    public const int MpInt = 16384 / 8 + 1;

    /// <summary>Bytes of a text meant for people (disconnect reason, banner, instruction, SFTP error text).</summary>
    public const int Text = 64 * 1024;

    /// <summary>Bytes of a user name (RFC 4252 sets none; operating systems end at 32 to 256 characters).</summary>
    public const int UserName = 1024;

    /// <summary>Bytes of a password or of one answer to a prompt (RFC 4252 and 4256 set none; OpenSSH hashes no more than 1024).</summary>
    public const int Password = 8 * 1024;

    /// <summary>Prompts in one keyboard-interactive request (RFC 4256 sets none).</summary>
    public const int Prompts = 64;
}
