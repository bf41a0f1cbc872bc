using System.Reflection;
using System.Text;
using LucidSsh.Auth;
using LucidSsh.Connection;
using LucidSsh.Sftp;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Fuzz;

/// <summary>Every codec there is: those of the messages (first byte 0, then a payload), of the SFTP packets (1, then a packet
/// without its length) and of the channel requests (2, the request's index, then its body). What is read is written and read again.</summary>
internal sealed class MessagesTarget : IFuzzTarget
{
    private const byte MessageKind = 0;
    private const byte SftpKind = 1;
    private const byte RequestKind = 2;

    // The shortest payload of zeros that a message without names takes is shorter than this.
    private const int LongestZeros = 64;

    private readonly Dictionary<(byte Kind, byte Number), List<Codec>> _codecs = [];
    private byte _requests;

    /// <summary>Finds the codecs by their interfaces, so that a new message is fuzzed from its first day.</summary>
    public MessagesTarget()
    {
        foreach (Assembly assembly in new[] { typeof(KexInit).Assembly, typeof(UserAuthRequest).Assembly, typeof(ChannelOpen).Assembly, typeof(SftpPacket).Assembly })
        {
            foreach (Type type in assembly.GetTypes().Where(type => !type.IsInterface).OrderBy(type => type.FullName, StringComparer.Ordinal))
            {
                AddIf(type, typeof(IMessage<>), nameof(AddMessage));
                AddIf(type, typeof(ISftpPacket<>), nameof(AddSftpPacket));
                AddIf(type, typeof(IRequestBody<>), nameof(AddRequest));
            }
        }
    }

    private delegate void Codec(ReadOnlySpan<byte> payload);

    public string Name => "messages";

    public IEnumerable<byte[]> Seeds => [.. Samples(), .. Zeros()];

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2 || !_codecs.TryGetValue((input[0], input[1]), out List<Codec>? codecs))
            return;
        ReadOnlySpan<byte> payload = input[(input[0] == RequestKind ? 2 : 1)..];
        SshException? refusal = null;
        foreach (Codec codec in codecs)
        {
            try
            {
                codec(payload);
            }
            catch (SshException exception)
            {
                refusal = exception; // the others of this number have their turn
            }
        }

        if (refusal is not null)
            throw refusal;
    }

    private void AddIf(Type type, Type contract, string method)
    {
        if (type.GetInterfaces().Any(face => face.IsGenericType && face.GetGenericTypeDefinition() == contract))
            GetType().GetMethod(method, BindingFlags.Instance | BindingFlags.NonPublic)!.MakeGenericMethod(type).Invoke(this, null);
    }

    private void AddMessage<TMessage>()
        where TMessage : IMessage<TMessage>, allows ref struct =>
        Add(MessageKind, (byte)TMessage.Number, payload =>
        {
            byte[] once = Message.ToArray(Message.Decode<TMessage>(payload));
            if (MayChange(payload, once))
                return;
            Same(once, Message.ToArray(Message.Decode<TMessage>(once)));
        });

    private void AddSftpPacket<TPacket>()
        where TPacket : ISftpPacket<TPacket>, allows ref struct =>
        Add(SftpKind, (byte)TPacket.Type, packet =>
        {
            byte[] once = Encode(SftpPacket.Decode<TPacket>(packet));
            if (MayChange(packet, once))
                return;
            Same(once, Encode(SftpPacket.Decode<TPacket>(once)));

            static byte[] Encode(TPacket packet)
            {
                WireBuffer buffer = new();
                SftpPacket.Encode(buffer, packet);
                return buffer.Written[sizeof(uint)..].ToArray();
            }
        });

    private void AddRequest<TBody>()
        where TBody : IRequestBody<TBody> =>
        Add(RequestKind, _requests++, body =>
        {
            byte[] once = RequestBody.Encode(RequestBody.Decode<TBody>(body));
            if (MayChange(body, once))
                return;
            Same(once, RequestBody.Encode(RequestBody.Decode<TBody>(once)));
        });

    private void Add(byte kind, byte number, Codec codec)
    {
        if (!_codecs.TryGetValue((kind, number), out List<Codec>? codecs))
            _codecs[(kind, number)] = codecs = [];
        codecs.Add(codec);
    }

    // Text that is no UTF-8 grows when it is written again, perhaps beyond a limit.
    private static bool MayChange(ReadOnlySpan<byte> read, byte[] written) => written.Length > read.Length;

    private static void Same(byte[] once, byte[] twice)
    {
        if (!once.AsSpan().SequenceEqual(twice))
            throw new InvalidOperationException($"What was written is read as something else:\n{Convert.ToHexString(once)}\n{Convert.ToHexString(twice)}");
    }

    private IEnumerable<byte[]> Zeros()
    {
        foreach (((byte kind, byte number), List<Codec> codecs) in _codecs)
        {
            foreach (Codec codec in codecs)
            {
                if (Enumerable.Range(0, LongestZeros).Select(length => new byte[] { kind, number }.Concat(new byte[length]).ToArray()).FirstOrDefault(Fits) is { } zeros)
                    yield return zeros;

                bool Fits(byte[] input)
                {
                    try
                    {
                        codec(input.AsSpan(kind == RequestKind ? 2 : 1));
                        return true;
                    }
                    catch (SshException)
                    {
                        return false;
                    }
                }
            }
        }
    }

    private static IEnumerable<byte[]> Samples()
    {
        byte[] blob = Encoding.ASCII.GetBytes("a blob of some bytes");
        SftpAttributes attributes = new()
        {
            Size = 12345,
            UserId = 1000,
            GroupId = 1000,
            Mode = 0x81a4,
            AccessTime = DateTimeOffset.UnixEpoch,
            ModifyTime = DateTimeOffset.UnixEpoch,
            Extended = [new("name@example.org", blob)],
        };
        return
        [
            Of(new KexInitFactory(TransportRole.Client, new TransportOptions(), new SeededRandom(1)).Make(first: true)),
            Of(Message.ToArray(new ExtInfo([new("server-sig-algs", "ssh-ed25519,rsa-sha2-256"), new("ping@openssh.com", "0")]))),
            Of(Message.ToArray(new Disconnect(DisconnectReason.ByApplication, "good bye", "en"))),
            Of(Message.ToArray(new ServiceRequest("ssh-userauth"))),
            Of(Message.ToArray(new ServiceAccept("ssh-userauth"))),
            Of(Message.ToArray(new KexExchangeReply(blob, blob, blob))),
            Of(Message.ToArray(new NoneRequest("alice", "ssh-connection"))),
            Of(Message.ToArray(new PasswordRequest("alice", "ssh-connection", blob, isChange: true, blob))),
            Of(Message.ToArray(new PublicKeyRequest("alice", "ssh-connection", "ssh-ed25519", blob, isSigned: true, blob))),
            Of(Message.ToArray(new UserAuthPkOk("ssh-ed25519", blob))),
            Of(Message.ToArray(new UserAuthFailure(["publickey", "password"], partialSuccess: true))),
            Of(Message.ToArray(new UserAuthInfoRequest("name", "instruction", [new InteractivePrompt("Code: ", true), new InteractivePrompt("Password: ", false)]))),
            Of(Message.ToArray(new ChannelOpen("session", 1, 65536, 32768, blob))),
            Of(Message.ToArray(new ChannelRequest(1, "exec", true, RequestBody.Encode(new ExecRequest("uname -a"))))),
            Of(Message.ToArray(new GlobalRequest("keepalive@openssh.com", true, blob))),
            Of(Message.ToArray(new ChannelData(1, blob))),
            Of(new InitPacket(3, [])),
            Of(new VersionPacket(3, [new("posix-rename@openssh.com", "1"), new("limits@openssh.com", "1")])),
            Of(new OpenPacket(1, "/a/file", OpenFlags.Read | OpenFlags.Write, attributes)),
            Of(new NamePacket(2, [new("file", "-rw-r--r-- 1 alice file", attributes), new("..", "", SftpAttributes.None)])),
            Of(new ExtendedPacket(3, "statvfs@openssh.com", blob)),
        ];
    }

    private static byte[] Of(byte[] payload) => [MessageKind, .. payload];

    private static byte[] Of<TPacket>(scoped in TPacket packet)
        where TPacket : ISftpPacket<TPacket>, allows ref struct
    {
        WireBuffer buffer = new();
        SftpPacket.Encode(buffer, packet);
        return [SftpKind, .. buffer.Written[sizeof(uint)..]];
    }
}
