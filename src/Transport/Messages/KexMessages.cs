using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Transport;

/* RFC 4253 section 7.1
     byte         SSH_MSG_KEXINIT
     byte[16]     cookie (random bytes)
     name-list    kex_algorithms
     name-list    server_host_key_algorithms
     name-list    encryption_algorithms_client_to_server
     name-list    encryption_algorithms_server_to_client
     name-list    mac_algorithms_client_to_server
     name-list    mac_algorithms_server_to_client
     name-list    compression_algorithms_client_to_server
     name-list    compression_algorithms_server_to_client
     name-list    languages_client_to_server
     name-list    languages_server_to_client
     boolean      first_kex_packet_follows
     uint32       0 (reserved for future extension) */
internal sealed record KexInit : IMessage<KexInit>
{
    public const int CookieLength = 16;

    public static MessageNumber Number => MessageNumber.KexInit;
    public byte[] Cookie { get; init; } = new byte[CookieLength];
    public ImmutableArray<string> KexAlgorithms { get; init; } = [];
    public ImmutableArray<string> ServerHostKeyAlgorithms { get; init; } = [];
    public ImmutableArray<string> EncryptionClientToServer { get; init; } = [];
    public ImmutableArray<string> EncryptionServerToClient { get; init; } = [];
    public ImmutableArray<string> MacClientToServer { get; init; } = [];
    public ImmutableArray<string> MacServerToClient { get; init; } = [];
    public ImmutableArray<string> CompressionClientToServer { get; init; } = [];
    public ImmutableArray<string> CompressionServerToClient { get; init; } = [];
    public ImmutableArray<string> LanguagesClientToServer { get; init; } = [];
    public ImmutableArray<string> LanguagesServerToClient { get; init; } = [];
    public bool FirstKexPacketFollows { get; init; }
    public uint Reserved { get; init; }

    public static KexInit Read(scoped ref SshReader reader) => new()
    {
        Cookie = reader.Bytes(CookieLength, "cookie").ToArray(),
        KexAlgorithms = reader.NameList("kex_algorithms"),
        ServerHostKeyAlgorithms = reader.NameList("server_host_key_algorithms"),
        EncryptionClientToServer = reader.NameList("encryption_algorithms_client_to_server"),
        EncryptionServerToClient = reader.NameList("encryption_algorithms_server_to_client"),
        MacClientToServer = reader.NameList("mac_algorithms_client_to_server"),
        MacServerToClient = reader.NameList("mac_algorithms_server_to_client"),
        CompressionClientToServer = reader.NameList("compression_algorithms_client_to_server"),
        CompressionServerToClient = reader.NameList("compression_algorithms_server_to_client"),
        LanguagesClientToServer = reader.NameList("languages_client_to_server"),
        LanguagesServerToClient = reader.NameList("languages_server_to_client"),
        FirstKexPacketFollows = reader.Boolean("first_kex_packet_follows"),
        Reserved = reader.UInt32("reserved"),
    };

    public void Write(scoped ref SshWriter writer)
    {
        writer.Bytes(Cookie);
        writer.NameList(KexAlgorithms);
        writer.NameList(ServerHostKeyAlgorithms);
        writer.NameList(EncryptionClientToServer);
        writer.NameList(EncryptionServerToClient);
        writer.NameList(MacClientToServer);
        writer.NameList(MacServerToClient);
        writer.NameList(CompressionClientToServer);
        writer.NameList(CompressionServerToClient);
        writer.NameList(LanguagesClientToServer);
        writer.NameList(LanguagesServerToClient);
        writer.Boolean(FirstKexPacketFollows);
        writer.UInt32(Reserved);
    }
}

/* RFC 4253 section 7.3
     byte      SSH_MSG_NEWKEYS */
internal readonly record struct NewKeys : IMessage<NewKeys>
{
    public static MessageNumber Number => MessageNumber.NewKeys;
    public static NewKeys Read(scoped ref SshReader reader) => default;

    public void Write(scoped ref SshWriter writer)
    {
    }
}

/* RFC 4253 section 8          RFC 5656 section 4
     byte    SSH_MSG_KEXDH_INIT     byte     SSH_MSG_KEX_ECDH_INIT
     mpint   e                      string   Q_C
   An mpint is a string of its bytes, so one message serves both; the method judges the bytes. */
internal readonly ref struct KexExchangeInit(ReadOnlySpan<byte> clientValue) : IMessage<KexExchangeInit>
{
    public static MessageNumber Number => MessageNumber.KexMethod30;
    public ReadOnlySpan<byte> ClientValue { get; } = clientValue;
    public static KexExchangeInit Read(scoped ref SshReader reader) => new(reader.String("client's key exchange value", WireLimits.KeyBlob));
    public void Write(scoped ref SshWriter writer) => writer.String(ClientValue);
}

/* RFC 4253 section 8          RFC 5656 section 4
     byte    SSH_MSG_KEXDH_REPLY    byte     SSH_MSG_KEX_ECDH_REPLY
     string  K_S                    string   K_S
     mpint   f                      string   Q_S
     string  signature of H         string   the signature on the exchange hash */
internal readonly ref struct KexExchangeReply(
    ReadOnlySpan<byte> hostKey, ReadOnlySpan<byte> serverValue, ReadOnlySpan<byte> signature) : IMessage<KexExchangeReply>
{
    public static MessageNumber Number => MessageNumber.KexMethod31;
    public ReadOnlySpan<byte> HostKey { get; } = hostKey;
    public ReadOnlySpan<byte> ServerValue { get; } = serverValue;
    public ReadOnlySpan<byte> Signature { get; } = signature;

    public static KexExchangeReply Read(scoped ref SshReader reader) => new(
        reader.String("host key", WireLimits.KeyBlob),
        reader.String("server's key exchange value", WireLimits.KeyBlob),
        reader.String("signature", WireLimits.KeyBlob));

    public void Write(scoped ref SshWriter writer)
    {
        writer.String(HostKey);
        writer.String(ServerValue);
        writer.String(Signature);
    }
}

/* RFC 4419 section 3
     byte    SSH_MSG_KEY_DH_GEX_REQUEST
     uint32  min, minimal size in bits of an acceptable group
     uint32  n, preferred size in bits of the group the server will send
     uint32  max, maximal size in bits of an acceptable group */
internal readonly record struct KexGexRequest(uint Minimum, uint Preferred, uint Maximum) : IMessage<KexGexRequest>
{
    public static MessageNumber Number => MessageNumber.KexMethod34;
    public static KexGexRequest Read(scoped ref SshReader reader) => new(reader.UInt32("min"), reader.UInt32("n"), reader.UInt32("max"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Minimum);
        writer.UInt32(Preferred);
        writer.UInt32(Maximum);
    }

    public override string ToString() => $"{Minimum} to {Maximum} bits, {Preferred} preferred";
}

/* RFC 4419 section 3
     byte    SSH_MSG_KEX_DH_GEX_GROUP
     mpint   p, safe prime
     mpint   g, generator for subgroup in GF(p)
   The spans are magnitudes. */
internal readonly ref struct KexGexGroup(ReadOnlySpan<byte> prime, ReadOnlySpan<byte> generator) : IMessage<KexGexGroup>
{
    public static MessageNumber Number => MessageNumber.KexMethod31;
    public ReadOnlySpan<byte> Prime { get; } = prime;
    public ReadOnlySpan<byte> Generator { get; } = generator;

    public static KexGexGroup Read(scoped ref SshReader reader) =>
        new(reader.MpInt("safe prime"), reader.MpInt("generator"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.MpInt(Prime);
        writer.MpInt(Generator);
    }
}

/* RFC 4419 section 3: SSH_MSG_KEX_DH_GEX_INIT, the fields of KEXDH_INIT under another number. */
internal readonly ref struct KexGexInit(KexExchangeInit fields) : IMessage<KexGexInit>
{
    public static MessageNumber Number => MessageNumber.KexMethod32;
    public KexExchangeInit Fields { get; } = fields;
    public static KexGexInit Read(scoped ref SshReader reader) => new(KexExchangeInit.Read(ref reader));
    public void Write(scoped ref SshWriter writer) => Fields.Write(ref writer);
}

/* RFC 4419 section 3: SSH_MSG_KEX_DH_GEX_REPLY, the fields of KEXDH_REPLY under another number. */
internal readonly ref struct KexGexReply(KexExchangeReply fields) : IMessage<KexGexReply>
{
    public static MessageNumber Number => MessageNumber.KexMethod33;
    public KexExchangeReply Fields { get; } = fields;
    public static KexGexReply Read(scoped ref SshReader reader) => new(KexExchangeReply.Read(ref reader));
    public void Write(scoped ref SshWriter writer) => Fields.Write(ref writer);
}
