using System.Text;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>The client's end of a login: questions out, answers in, one at a time, banners set aside.</summary>
internal sealed class ClientConversation(ITransport transport, MessageQueue queue, LoginOptions options)
{
    // A banner is short; a server that goes on sending them keeps the login from ending.
    private const int MaxBanners = 64;

    private readonly StringBuilder _banner = new();
    private int _banners;

    public ITransport Transport { get; } = transport;

    public LoginOptions Options { get; } = options;

    /// <summary>Who logs in.</summary>
    public string User { get; set; } = "";

    /// <summary>What the server has shown so far.</summary>
    public string Banner => _banner.ToString();

    /// <summary>Sends a request. Whatever came before it answers nothing and is a fault of the server: a SUCCESS or a PK_OK out of
    /// turn must not be taken for the answer to this.</summary>
    public void Send<TMessage>(scoped in TMessage message)
        where TMessage : IMessage<TMessage>, allows ref struct
    {
        while (queue.TryRead(out byte[]? early))
        {
            if (NumberOf(early) != MessageNumber.UserAuthBanner)
                throw PeerMisbehavedException.Unexpected(NumberOf(early), "nothing was asked of it (login)");
            TakeBanner(early);
        }

        Transport.Send(message);
    }

    /// <summary>The server's next message that is no banner.</summary>
    public async ValueTask<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            byte[] payload = await queue.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (NumberOf(payload) != MessageNumber.UserAuthBanner)
                return payload;
            TakeBanner(payload);
        }
    }

    /// <summary>Reads the answer that ends an attempt: SUCCESS or FAILURE.</summary>
    /// <param name="payload">The server's message.</param>
    /// <param name="method">The method of the request.</param>
    /// <param name="mayBeSuccess">False where SUCCESS answers nothing that was asked.</param>
    /// <exception cref="PeerMisbehavedException">It is another message.</exception>
    public LoginVerdict Conclude(byte[] payload, string method, bool mayBeSuccess = true)
    {
        switch (NumberOf(payload))
        {
            case MessageNumber.UserAuthSuccess when mayBeSuccess:
                Transport.Tracer.Decode<UserAuthSuccess>(payload);
                Transport.Tracer.Emit(new LoginAnswered(method, LoginAnswered.Success));
                return new LoginVerdict(LoginOutcome.Accepted, []);
            case MessageNumber.UserAuthFailure:
                UserAuthFailure failure = Transport.Tracer.Decode<UserAuthFailure>(payload);
                string answer = failure.PartialSuccess ? LoginAnswered.PartialSuccess : LoginAnswered.Failure;
                Transport.Tracer.Emit(new LoginAnswered(method, answer, string.Join(',', failure.CanContinue)));
                return new LoginVerdict(
                    failure.PartialSuccess ? LoginOutcome.PartialSuccess : LoginOutcome.Refused, failure.CanContinue);
            default:
                throw PeerMisbehavedException.Unexpected(NumberOf(payload), $"an answer to a {method} request was expected");
        }
    }

    /// <summary>The number of a payload.</summary>
    public static MessageNumber NumberOf(ReadOnlySpan<byte> payload) => payload.IsEmpty ? MessageNumber.None : (MessageNumber)payload[0];

    /// <summary>Has user code do something. What it throws fails the credential, not the login; cancellation ends both.</summary>
    /// <param name="method">The method it happens in, for the trace.</param>
    /// <param name="what">What did not work, without a full stop, for the report.</param>
    /// <param name="action">The user's code.</param>
    /// <param name="cancellationToken">The login's.</param>
    public async ValueTask<(T? Value, LoginVerdict? Failure)> AskUserAsync<T>(
        string method, string what, Func<ValueTask<T>> action, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return (await action().ConfigureAwait(false), null);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // A foreign exception's text may hold anything, also what the user typed. It stays in the inner exception, away from
            // sentences and from the trace.
            string detail = $"{what} ({(exception is SshException known ? known.Sentence.TrimEnd('.') : exception.GetType().Name)})";
            Transport.Tracer.Emit(new CredentialUnusable(method, detail));
            string? remedy = exception is SshException { Remedy: var advice } ? advice : "The inner exception is what it threw.";
            return (null, LoginVerdict.Failed(detail, exception, remedy));
        }
    }

    private void TakeBanner(byte[] payload)
    {
        string text = TerminalText.Sanitize(Transport.Tracer.Decode<UserAuthBanner>(payload).Message);
        Transport.Tracer.Emit(new LoginBanner(text.Length));
        if (++_banners > MaxBanners)
        {
            throw new PeerMisbehavedException(
                SshErrorCode.LimitExceeded, $"The server sent more than {MaxBanners} banners during one login.");
        }

        _banner.Append(text.AsSpan(0, Math.Min(text.Length, WireLimits.Text - _banner.Length)));
    }
}
