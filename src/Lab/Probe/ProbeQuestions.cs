using System.Collections.Immutable;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Lab;

/// <summary>What the first connection brought.</summary>
/// <param name="Peer">What answers.</param>
/// <param name="WaitsForClient">It said nothing until we had introduced ourselves.</param>
/// <param name="Failure">Why no SSH conversation came of it; null where one did.</param>
/// <param name="HostKey">A host key, or null.</param>
internal sealed record FirstContact(string Peer, bool WaitsForClient, SshException? Failure, HostKeyReport? HostKey = null);

/// <summary>The questions a probe asks, a connection each, and their count.</summary>
internal sealed class ProbeQuestions(SshTarget target, ProbeOptions options)
{
    // What costs the server least first; any will do, for only the host key in the answer is of interest.
    private static readonly ImmutableArray<string> CheapFirst =
        ["curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521"];

    private static readonly ImmutableArray<int> ExactSizes = [1024, 1536, 2048, 3072, 4096];

    private TimeProvider Time => options.Client.Time;

    /// <summary>Connections so far.</summary>
    public int Connections { get; private set; }

    /// <summary>What could not be asked, and why.</summary>
    public List<string> LeftOut { get; } = [];

    /// <summary>The server's identification line; null until seen.</summary>
    public string? Line { get; private set; }

    /// <summary>The server's KEXINIT; null until seen.</summary>
    public KexInit? ServerInit { get; private set; }

    /// <summary>The type of the key behind a host key algorithm: the RSA ones share a key (RFC 8332 section 3).</summary>
    public static string KeyTypeOf(string algorithm) => algorithm switch
    {
        "rsa-sha2-256" or "rsa-sha2-512" or "ssh-rsa-sha256@ssh.com" => "ssh-rsa",
        "rsa-sha2-256-cert-v01@openssh.com" or "rsa-sha2-512-cert-v01@openssh.com" => "ssh-rsa-cert-v01@openssh.com",
        _ => algorithm,
    };

    /// <summary>The first connection: what is there, its KEXINIT, and a first host key.</summary>
    public async Task<FirstContact> ContactAsync(CancellationToken cancellationToken)
    {
        PlainConversation conversation;
        try
        {
            conversation = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (TransportLostException exception)
        {
            return new FirstContact(PeerRecognition.Unreachable(exception), false, exception);
        }

        using (conversation)
        {
            bool spoke = false;
            try
            {
                spoke = await conversation.ListenAsync(options.ListenTime, Time, cancellationToken).ConfigureAwait(false);
                (string peer, SshException? failure) = await MeetAsync(conversation, spoke, cancellationToken).ConfigureAwait(false);
                if (failure is not null)
                    return await PeerRecognition.AskAsync(new FirstContact(peer, !spoke, failure), target, options, () => Connections++, cancellationToken).ConfigureAwait(false);
                await conversation.ReadKexInitAsync(cancellationToken).WaitAsync(options.Client.HandshakeTimeout, Time, cancellationToken).ConfigureAwait(false);
                ServerInit = conversation.ServerInit;
                HostKeyReport? key = await KeyFromAsync(conversation, ServerInit.ServerHostKeyAlgorithms.FirstOrDefault() ?? "", cancellationToken).ConfigureAwait(false);
                await conversation.LeaveAsync(cancellationToken).ConfigureAwait(false);
                return new FirstContact("ssh", !spoke, null, key);
            }
            catch (SshException exception)
            {
                // The KEXINIT is what counts; an ordinary client finds out what is wrong with the rest.
                return new FirstContact("ssh", !spoke, ServerInit is null ? exception : null);
            }
            catch (Exception exception) when (exception is IOException or TimeoutException)
            {
                return new FirstContact("ssh", !spoke, ServerInit is null ? Broke(exception) : null);
            }
        }
    }

    /// <summary>An ordinary client up to the question which login methods there are.</summary>
    /// <exception cref="SshException">The two could not speak with each other.</exception>
    public async Task<ProbeResult> LogInAsNobodyAsync(SshClientOptions client, ProbeResult result, CancellationToken cancellationToken)
    {
        Count();
        string user = target.User ?? Environment.UserName;
        ClientHandshake handshake = await ClientHandshake.RunAsync(target, client, cancellationToken).ConfigureAwait(false);
        await using (handshake.ConfigureAwait(false))
        {
            ImmutableArray<string> methods = [];
            try
            {
                methods = await handshake.Login.LearnMethodsAsync(user, cancellationToken)
                    .WaitAsync(client.RequestTimeout, Time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is SshException or TimeoutException)
            {
                LeftOut.Add($"The login methods: {(exception as SshException)?.Sentence ?? "the server did not answer in time."}");
            }

            NegotiationReport report = handshake.Transport.Negotiation;
            return result with
            {
                Negotiation = report,
                User = user,
                LoginMethods = methods.IsDefault ? [] : methods,
                NeedsNoLogin = handshake.Login.IsComplete,
                HostKeys = report.HostKey is { } key && !result.HostKeys.Any(known => known.Type == key.Type) ? [.. result.HostKeys, key] : result.HostKeys,
            };
        }
    }

    /// <summary>The host key behind an algorithm; null where the server does not show it.</summary>
    public async Task<HostKeyReport?> HostKeyAsync(string algorithm, CancellationToken cancellationToken)
    {
        HostKeyReport? key = await AskAsync($"The {algorithm} host key", conversation => KeyFromAsync(conversation, algorithm, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        return key;
    }

    /// <summary>The groups the server names: for weak sizes first, then for each size alone, then as an ordinary client asks, which shows where a
    /// server falls back to a built-in group.</summary>
    public async Task<ImmutableArray<GroupSize>> GroupsAsync(CancellationToken cancellationToken)
    {
        List<GroupSize> answers = [];
        int smallest = 0;
        foreach (string method in ServerInit?.KexAlgorithms.Where(name => KexTable.Find(name) is GroupExchangeKex) ?? [])
        {
            if (answers.Count > 0)
            {
                // The second method draws on the same groups: two questions confirm it.
                answers.AddRange(await AskSizesAsync(method, [(512, 1024, 1536), (smallest, smallest, smallest)], cancellationToken).ConfigureAwait(false));
                continue;
            }

            answers.AddRange(await AskSizesAsync(method, [(512, 1024, 1536)], cancellationToken).ConfigureAwait(false));
            foreach (int size in ExactSizes)
            {
                smallest = GroupSize.Smallest(answers);
                if (smallest > 0 && size >= smallest)
                    break;
                answers.AddRange(await AskSizesAsync(method, [(size, size, size)], cancellationToken).ConfigureAwait(false));
            }

            smallest = GroupSize.Smallest(answers);
            if (smallest == 2048)
                answers.AddRange(await AskSizesAsync(method, [(2048, 3072, 4096)], cancellationToken).ConfigureAwait(false));
        }

        return [.. answers];
    }

    private async Task<List<GroupSize>> AskSizesAsync(string method, (int Minimum, int Preferred, int Maximum)[] sizes, CancellationToken cancellationToken)
    {
        List<GroupSize> answers = [];
        foreach ((int minimum, int preferred, int maximum) in sizes.Where(size => size.Preferred > 0))
        {
            GroupSize refused = new(method, minimum, preferred, maximum, 0);
            string what = $"The group exchange {method} for {preferred} bits";
            GroupSize? answer = await AskAsync(what, conversation => GroupFromAsync(conversation, refused, cancellationToken), cancellationToken, quiet: true).ConfigureAwait(false);
            if (answer is not null || Connections < options.MaximumConnections)
                answers.Add(answer ?? refused);
        }

        return answers;
    }

    private async Task<T?> AskAsync<T>(string what, Func<PlainConversation, Task<T?>> question, CancellationToken cancellationToken, bool quiet = false)
        where T : class
    {
        if (Connections >= options.MaximumConnections)
        {
            LeftOut.Add($"{what}: {options.MaximumConnections} connections were made.");
            return null;
        }

        try
        {
            using PlainConversation conversation = await ConnectAsync(cancellationToken).ConfigureAwait(false);
            await conversation.IntroduceAsync(cancellationToken).ConfigureAwait(false);
            Task<T?> answer = AnswerAsync(conversation);
            return await answer.WaitAsync(options.Client.HandshakeTimeout, Time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SshException or IOException or TimeoutException)
        {
            if (!quiet)
                LeftOut.Add($"{what}: {(exception as SshException)?.Sentence ?? "the server did not answer."}");
            return null;
        }

        async Task<T?> AnswerAsync(PlainConversation conversation)
        {
            if (!await conversation.ReadIdentificationAsync(cancellationToken).ConfigureAwait(false))
                throw new TransportLostException(SshErrorCode.ConnectionLost, "the server closed the connection at once.");
            await conversation.ReadKexInitAsync(cancellationToken).ConfigureAwait(false);
            T? result = await question(conversation).ConfigureAwait(false);
            await conversation.LeaveAsync(cancellationToken).ConfigureAwait(false);
            return result;
        }
    }

    private async Task<(string Peer, SshException? Failure)> MeetAsync(PlainConversation conversation, bool spoke, CancellationToken cancellationToken)
    {
        try
        {
            if (!spoke)
                await conversation.IntroduceAsync(cancellationToken).ConfigureAwait(false);
            bool found = await conversation.ReadIdentificationAsync(cancellationToken).WaitAsync(options.Client.HandshakeTimeout, Time, cancellationToken).ConfigureAwait(false);
            if (!found)
                return PeerRecognition.Ended(conversation.FirstBytes, conversation.LinesBefore, closedAtOnce: spoke);
            Line = conversation.Line;
            if (spoke)
                await conversation.IntroduceAsync(cancellationToken).ConfigureAwait(false);
            return ("ssh", null);
        }
        catch (TimeoutException)
        {
            return PeerRecognition.TimedOut(conversation.FirstBytes, conversation.LinesBefore, options.Client.HandshakeTimeout);
        }
        catch (IOException)
        {
            return PeerRecognition.Ended(conversation.FirstBytes, conversation.LinesBefore, closedAtOnce: spoke);
        }
        catch (SshException exception)
        {
            return (PeerRecognition.Of(exception, conversation.FirstBytes), exception);
        }
    }

    private static async Task<HostKeyReport?> KeyFromAsync(PlainConversation conversation, string algorithm, CancellationToken cancellationToken)
    {
        string? name = CheapFirst.Concat(KexTable.All.Select(method => method.Name).Reverse()).FirstOrDefault(conversation.ServerInit.KexAlgorithms.Contains);
        if (name is null)
            throw new PeerIncompatibleException(SshErrorCode.NoCommonAlgorithm, "this library has none of the server's key exchange methods.");
        await conversation.SendAsync(Agreeing(conversation.ServerInit, name, algorithm), cancellationToken).ConfigureAwait(false);
        KexMethod method = KexTable.Find(name)!;
        if (method is GroupExchangeKex groups)
        {
            await conversation.SendAsync(GroupExchangeKex.Request, cancellationToken).ConfigureAwait(false);
            method = Take(groups, await conversation.ReadAsync(MessageNumber.KexMethod31, cancellationToken).ConfigureAwait(false));
        }

        ValueKex values = (ValueKex)method;
        using IKexClient client = values.Start(SystemRandom.Shared);
        await conversation.SendPayloadAsync(InitOf(values, client), cancellationToken).ConfigureAwait(false);
        byte[] reply = await conversation.ReadAsync(values.IsGroupExchange ? MessageNumber.KexMethod33 : MessageNumber.KexMethod31, cancellationToken).ConfigureAwait(false);
        return ReportParts.HostKey(values.IsGroupExchange ? Message.Decode<KexGexReply>(reply).Fields.HostKey : Message.Decode<KexExchangeReply>(reply).HostKey, algorithm);
    }

    private static async Task<GroupSize?> GroupFromAsync(PlainConversation conversation, GroupSize asked, CancellationToken cancellationToken)
    {
        string hostKey = conversation.ServerInit.ServerHostKeyAlgorithms.FirstOrDefault() ?? "";
        await conversation.SendAsync(Agreeing(conversation.ServerInit, asked.Method, hostKey), cancellationToken).ConfigureAwait(false);
        KexGexRequest request = new((uint)asked.Minimum, (uint)asked.Preferred, (uint)asked.Maximum);
        await conversation.SendAsync(request, cancellationToken).ConfigureAwait(false);
        byte[] payload = await conversation.ReadAsync(MessageNumber.KexMethod31, cancellationToken).ConfigureAwait(false);
        return Read(payload);

        GroupSize Read(byte[] message)
        {
            ReadOnlySpan<byte> prime = Message.Decode<KexGexGroup>(message).Prime;
            return asked with { Bits = GroupExchangeKex.BitLength(prime), KnownPrime = GroupSize.NameOf(prime) };
        }
    }

    private static ValueKex Take(GroupExchangeKex groups, byte[] payload)
    {
        KexGexGroup group = Message.Decode<KexGexGroup>(payload);
        return groups.Take(GroupExchangeKex.Request, group.Prime, group.Generator);
    }

    private static byte[] InitOf(ValueKex method, IKexClient client)
    {
        KexExchangeInit init = new(client.ClientValue);
        return method.IsGroupExchange ? Message.ToArray(new KexGexInit(init)) : Message.ToArray(init);
    }

    // The server's own lists given back: everything agrees, and the one method and the one key are those asked about.
    private static KexInit Agreeing(KexInit server, string method, string hostKey)
    {
        byte[] cookie = new byte[KexInit.CookieLength];
        SystemRandom.Shared.Fill(cookie);
        return server with
        {
            Cookie = cookie,
            KexAlgorithms = [method],
            ServerHostKeyAlgorithms = hostKey.Length > 0 ? [hostKey] : [],
            LanguagesClientToServer = [],
            LanguagesServerToClient = [],
            FirstKexPacketFollows = false,
            Reserved = 0,
        };
    }

    private Task<PlainConversation> ConnectAsync(CancellationToken cancellationToken)
    {
        Count();
        return PlainConversation.ConnectAsync(target, options.Client, cancellationToken);
    }

    private void Count() => Connections++;

    private static TransportLostException Broke(Exception exception) =>
        new(SshErrorCode.ConnectionLost, exception is TimeoutException ? "The server introduced itself and then said nothing more." : $"The connection broke: {exception.Message}", inner: exception);
}
