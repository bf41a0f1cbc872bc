using System.Collections.Immutable;
using LucidSsh.Crypto;
using LucidSsh.Transport;

namespace LucidSsh.Client;

/// <summary>Trusts what known_hosts files say; what they say nothing about, it refuses, remembers, or asks about.</summary>
internal sealed class KnownHostsPolicy(KnownHostsOptions options, HostKeyAsker? unknown) : HostKeyPolicy
{
    internal override KnownHostsOptions? Learns => options.LearnsHostKeys ? options : null;

    public override async ValueTask VerifyAsync(PresentedHostKey presented, CancellationToken cancellationToken)
    {
        HostTrust trust = HostTrust.Read(options, presented.Host, presented.Port);
        HostRevocation.Check(presented, trust, options);
        string? reason = TrustedByCertificate(presented, trust, out CertificateRefusal? refusal) ?? trust.Find(presented.Key)?.ToString();
        if (reason is null && refusal is not null)
            throw HostKeyRefusals.Certificate(presented, refusal);
        if (reason is null && !trust.Keys.IsEmpty)
            throw HostKeyRefusals.Changed(presented, trust, trust.Keys);
        reason ??= await DecideAsync(presented, trust, cancellationToken).ConfigureAwait(false);
        presented.Tracer?.Emit(new HostKeyTrusted(trust.Name, reason, trust.Faults.Length));
    }

    public override ImmutableArray<string> Order(string host, int port, ImmutableArray<string> algorithms)
    {
        HostTrust trust = HostTrust.Read(options, host, port);
        HashSet<string> known = [.. trust.KeyTypes];

        // A certificate proves something where its authority is trusted; elsewhere the plain key does, and can be learnt from.
        bool CanBeChecked(string name) => HostKeyTable.Find(name) is { } row && (row.IsCertificate ? !trust.Authorities.IsEmpty : known.Contains(row.KeyType));
        return [.. algorithms.OrderByDescending(CanBeChecked)]; // a stable sort
    }

    private string? TrustedByCertificate(PresentedHostKey presented, HostTrust trust, out CertificateRefusal? refusal)
    {
        refusal = null;
        if (presented.Certificate is not { } certificate || trust.Authorities.FirstOrDefault(entry => entry.Holds(certificate.SignatureKey)) is not { } authority)
            return null;
        string name = HostNames.Normalise(options.HostKeyAlias ?? presented.Host);
        refusal = CertificateRules.Check(certificate, new CertificateUse(CertificateKind.Host, name, options.Time.GetUtcNow()) { AuthorityAlgorithms = options.AuthorityAlgorithms });
        return refusal is null ? $"its certificate authority, {authority}" : null;
    }

    private async ValueTask<string> DecideAsync(PresentedHostKey presented, HostTrust trust, CancellationToken cancellationToken)
    {
        if (unknown is null)
            throw HostKeyRefusals.Unknown(presented, trust);
        HostKeyQuestion question = new(
            presented,
            trust.Name,
            [.. trust.Files.SelectMany(file => file.Entries).Where(entry => entry.Marker == KnownHostsMarker.None && entry.Holds(presented.Key))],
            options.Files.FirstOrDefault());
        switch (await AskAsync(unknown, question, cancellationToken).ConfigureAwait(false))
        {
            case HostKeyAnswer.AcceptOnce:
                return "accepted for this connection";
            case HostKeyAnswer.AcceptAndRemember:
                if (question.RemembersIn is not { } path)
                    return "accepted, and there is no file to remember it in";
                await RememberAsync(path, presented, trust, cancellationToken).ConfigureAwait(false);
                return $"accepted and added to {path}";
            default:
                throw HostKeyRefusals.Declined(presented);
        }
    }

    private async ValueTask<HostKeyAnswer> AskAsync(HostKeyAsker asker, HostKeyQuestion question, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = new(options.AnswerTimeout, options.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await asker(question, either.Token).AsTask().WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw HostKeyRefusals.Declined(question.Presented, $"Nobody answered within {options.AnswerTimeout.TotalSeconds:0.#} seconds.");
        }
    }

    // Another process may have met the host meanwhile: under the file's lock it is looked up again.
    private async ValueTask RememberAsync(string path, PresentedHostKey presented, HostTrust trust, CancellationToken cancellationToken)
    {
        await KnownHostsWriter.ChangeAsync(
            path,
            file =>
            {
                ImmutableArray<KnownHostsEntry> known = [.. file.Entries.Where(entry => entry.Marker == KnownHostsMarker.None && entry.IsAbout(trust.Name))];
                if (known.Any(entry => entry.Holds(presented.Key)))
                    return KnownHostsChange.None;
                return known.IsEmpty
                    ? new KnownHostsChange([], [KnownHostsFile.Line(trust.Name, presented.Key, options.HashNames)])
                    : throw HostKeyRefusals.Changed(presented, trust, known);
            },
            options.Time,
            cancellationToken).ConfigureAwait(false);
    }
}
