using System.Collections.Immutable;
using LucidSsh.Client;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Lab;

/// <summary>One probe of one server: a first contact that listens, an ordinary client that asks for the login methods, then what is left to ask
/// about host keys and groups.</summary>
internal sealed class ProbeRun(SshTarget target, ProbeOptions options)
{
    /// <summary>Every algorithm of this library, weak ones too: nothing secret passes.</summary>
    public static AlgorithmPreferences Everything { get; } = AlgorithmPreferences.Default with
    {
        KeyExchange = AlgorithmCatalogue.KeyExchange.All,
        HostKeys = AlgorithmCatalogue.HostKeys.All,
        Ciphers = AlgorithmCatalogue.Ciphers.All,
        Macs = AlgorithmCatalogue.Macs.All,
        Compression = AlgorithmCatalogue.Compression.All,
    };

    private readonly ProbeQuestions _questions = new(target, options);
    private ProbeResult _result = new() { Host = target.Host, Port = target.Port, Policy = $"{options.Policy.Name}, {options.Policy.Date}" };

    public async Task<ProbeResult> RunAsync(CancellationToken cancellationToken)
    {
        TimeProvider time = options.Client.Time;
        long start = time.GetTimestamp();
        using CancellationTokenSource deadline = new(options.TotalTime, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            if (await ContactAsync(either.Token).ConfigureAwait(false))
            {
                await NegotiateAsync(either.Token).ConfigureAwait(false);
                await HostKeysAsync(either.Token).ConfigureAwait(false);
                _result = _result with { GroupSizes = await _questions.GroupsAsync(either.Token).ConfigureAwait(false) };
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            TransportLostException late = new(SshErrorCode.TimedOut, $"The probe of {target.Host}:{target.Port} was not complete after {options.TotalTime.TotalSeconds:0.#} seconds.");
            if (_result.Peer != "ssh")
                Fail(_result.Peer, late);
            _questions.LeftOut.Add(late.Sentence);
        }

        return Complete(time.GetElapsedTime(start));
    }

    private ProbeResult Complete(TimeSpan elapsed)
    {
        NegotiationReport? report = _result.Negotiation;
        PeerSoftware? software = PeerSoftware.Recognise(_questions.Line);
        ImmutableArray<Finding> findings = _questions.ServerInit is { } offer
            ? Grader.Server(options.Policy, software, ReportParts.Of(offer), _result.HostKeys, _result.GroupSizes)
            : [];
        return _result with
        {
            Negotiation = report,
            Findings = findings,
            LeftOut = [.. _questions.LeftOut],
            Connections = _questions.Connections,
            Elapsed = elapsed,
            Summary = ProbeSummary.Of(_result, target, software, _questions.Line),
        };
    }

    // Listening first tells a server that waits from one that does not, and keeps SSH out of other protocols' logs.
    private async Task<bool> ContactAsync(CancellationToken cancellationToken)
    {
        FirstContact contact = await _questions.ContactAsync(cancellationToken).ConfigureAwait(false);
        _result = _result with { Peer = contact.Peer, WaitsForClient = contact.WaitsForClient };
        if (contact.HostKey is not null)
            _result = _result with { HostKeys = [contact.HostKey] };
        if (contact.Failure is null)
            return true;
        Fail(contact.Peer, contact.Failure);
        return false;
    }

    private async Task NegotiateAsync(CancellationToken cancellationToken)
    {
        SshClientOptions usual = options.Client with { HostKeys = HostKeyPolicy.InsecureAcceptAny() };
        try
        {
            _result = await _questions.LogInAsNobodyAsync(usual, _result, cancellationToken).ConfigureAwait(false);
            return;
        }
        catch (SshException exception)
        {
            Fail("ssh", exception);
            if (exception.Code is not (SshErrorCode.NoCommonAlgorithm or SshErrorCode.KeyUnsupported or SshErrorCode.KeyExchangeFailed))
                return;
        }

        // With everything this library can do the server may still tell its login methods and its keys.
        SshClientOptions everything = usual with
        {
            MinimumRsaBits = 0,
            Algorithms = Everything,
        };
        try
        {
            NegotiationReport? failed = _result.Negotiation;
            ProbeResult second = await _questions.LogInAsNobodyAsync(everything, _result, cancellationToken).ConfigureAwait(false);
            _result = second with { Negotiation = failed, LegacyNegotiation = second.Negotiation };
        }
        catch (SshException exception)
        {
            _questions.LeftOut.Add($"The login methods: {exception.Sentence}");
        }
    }

    private async Task HostKeysAsync(CancellationToken cancellationToken)
    {
        List<HostKeyReport> keys = [.. _result.HostKeys];
        HashSet<string> known = [.. keys.Select(key => key.Type)];
        foreach (string algorithm in _questions.ServerInit?.ServerHostKeyAlgorithms ?? [])
        {
            if (!known.Add(ProbeQuestions.KeyTypeOf(algorithm)))
                continue;
            if (await _questions.HostKeyAsync(algorithm, cancellationToken).ConfigureAwait(false) is { } key)
            {
                keys.Add(key);
                _result = _result with { HostKeys = [.. keys] };
            }
        }
    }

    private void Fail(string peer, SshException exception) => _result = _result with
    {
        Peer = peer,
        Exception = exception,
        Failure = ProbeFailure.Of(exception),
        Negotiation = exception.Negotiation ?? _result.Negotiation,
    };
}
