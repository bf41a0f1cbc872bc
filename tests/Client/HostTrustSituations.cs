using System.Globalization;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Client;

/// <summary>One situation in which a host key is judged, and the exact text the user reads.</summary>
/// <param name="Name">The situation, for docs/host-keys.md.</param>
/// <param name="KnownHosts">The file's lines; capital words stand for keys.</param>
/// <param name="Shows">What the server shows.</param>
/// <param name="Expected">The exception's text, or <c>accepted</c>.</param>
internal sealed record HostTrustSituation(string Name, string KnownHosts, string Shows, string Expected)
{
    public string Policy { get; init; } = "strict";

    public int Port { get; init; } = 22;

    public string? Alias { get; init; }

    public string? RevocationList { get; init; }

    /// <summary>The known_hosts file afterwards; null where it stays as it was.</summary>
    public string? After { get; init; }

    public override string ToString() => Name;
}

/// <summary>The keys of all situations, and the judge.</summary>
internal sealed class HostTrustBench : IDisposable
{
    public static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-11-24T12:00:00Z", CultureInfo.InvariantCulture);

    private const string Host = "files.example";
    private static readonly PrivateKey Authority = PrivateKey.Generate("ssh-ed25519");
    private static readonly PrivateKey OtherAuthority = PrivateKey.Generate("ssh-ed25519");

    /// <summary>Each key under the word that stands for it.</summary>
    private static readonly Dictionary<string, PublicKey> Keys = new()
    {
        ["HOSTKEY"] = New("ssh-ed25519"),
        ["OLDKEY"] = New("ssh-ed25519"),
        ["ECDSAKEY"] = New("ecdsa-sha2-nistp256"),
        ["CAKEY"] = Authority.PublicKey,
        ["OTHERCA"] = OtherAuthority.PublicKey,
    };

    private readonly TemporaryDirectory _directory = new();

    private string File => _directory["known_hosts"];

    public void Dispose() => _directory.Dispose();

    /// <summary>Judges; the text has the words for the keys' fingerprints and FILE for the file.</summary>
    public async Task<string> JudgeAsync(HostTrustSituation situation)
    {
        await System.IO.File.WriteAllTextAsync(File, Lines(situation.KnownHosts));
        string list = _directory["revoked"];
        if (situation.RevocationList is { } revoked)
            await System.IO.File.WriteAllTextAsync(list, Lines(revoked));
        KnownHostsOptions options = new()
        {
            Files = [File],
            GlobalFiles = [],
            HostKeyAlias = situation.Alias,
            RevokedHostKeys = situation.RevocationList is null ? null : list,
            HashNames = situation.Policy == "accept-new, hashed",
            Time = Clock(),
        };
        string text;
        try
        {
            await Policy(situation.Policy, options).VerifyAsync(Shown(situation), CancellationToken.None);
            text = "accepted";
        }
        catch (SshException exception)
        {
            Assert.Equal(SshErrorDescription.LayerOf(exception.Code), exception.Layer);
            text = exception.Message;
        }

        Assert.Equal(Lines(situation.After ?? situation.KnownHosts), situation.Policy == "accept-new, hashed" ? Lines(situation.KnownHosts) + Unhashed() : await System.IO.File.ReadAllTextAsync(File));
        text = text.Replace(File, "FILE", StringComparison.Ordinal).Replace(list, "LIST", StringComparison.Ordinal);
        return Keys.Aggregate(text, (shown, key) => shown.Replace(key.Value.Fingerprint, $"SHA256:{key.Key}", StringComparison.Ordinal));
    }

    private static ManualTime Clock()
    {
        ManualTime time = new();
        time.Advance(Now - DateTimeOffset.UnixEpoch);
        return time;
    }

    private string Unhashed() => string.Concat(KnownHostsFile.Read(File).Find(Host).Where(entry => entry.IsHashed).Select(entry => $"{Host} {entry.Key!.ToOpenSshLine()}\n"));

    private static HostKeyPolicy Policy(string name, KnownHostsOptions options) => name switch
    {
        "strict" => HostKeyPolicy.KnownHosts(options),
        "accept-new" or "accept-new, hashed" => HostKeyPolicy.AcceptNew(options),
        "ask: no" => HostKeyPolicy.Ask((_, _) => new(HostKeyAnswer.Refuse), options),
        "ask: once" => HostKeyPolicy.Ask((_, _) => new(HostKeyAnswer.AcceptOnce), options),
        "ask: yes" => HostKeyPolicy.Ask((_, _) => new(HostKeyAnswer.AcceptAndRemember), options),
        "ask: must not be asked" => HostKeyPolicy.Ask((_, _) => throw new InvalidOperationException("asked"), options),
        "pinned" => HostKeyPolicy.Pinned(Keys["OLDKEY"].Fingerprint),
        "pinned, right" => HostKeyPolicy.Pinned(Keys["HOSTKEY"].Fingerprint),
        "CA pinned" => HostKeyPolicy.PinnedAuthority(Keys["CAKEY"]),
        "insecure-any" => HostKeyPolicy.InsecureAcceptAny(),
        _ => throw new ArgumentException(name),
    };

    private static PresentedHostKey Shown(HostTrustSituation situation)
    {
        if (Keys.TryGetValue(situation.Shows, out PublicKey? plain))
            return new PresentedHostKey(Host, situation.Port, plain);
        PublicKey key = Keys["HOSTKEY"];
        CertificateRequest request = new(key, CertificateKind.Host) { KeyId = Host, Serial = 7, Principals = ["*.example"] };
        Certificate certificate = situation.Shows switch
        {
            "certificate" => request.Sign(Authority),
            "certificate of another CA" => request.Sign(OtherAuthority),
            "expired certificate" => (request with { ValidBefore = (ulong)Now.ToUnixTimeSeconds() - 3600 }).Sign(Authority),
            "future certificate" => (request with { ValidAfter = (ulong)Now.ToUnixTimeSeconds() + 60 }).Sign(Authority),
            "certificate for another host" => (request with { Principals = ["mail.example", "www.*"] }).Sign(Authority),
            "certificate for nobody" => (request with { Principals = [] }).Sign(Authority),
            "user certificate" => new CertificateRequest(key, CertificateKind.User) { KeyId = Host, Serial = 7, Principals = [Host] }.Sign(Authority),
            _ => throw new ArgumentException(situation.Shows),
        };
        return new PresentedHostKey(Host, situation.Port, key, certificate);
    }

    private static string Lines(string text) => Keys.Aggregate(text, (lines, key) => lines
        .Replace($"{key.Key}.blob", Convert.ToBase64String(key.Value.Blob.Span), StringComparison.Ordinal)
        .Replace(key.Key, key.Value.ToOpenSshLine(), StringComparison.Ordinal));

    private static PublicKey New(string type)
    {
        using PrivateKey key = PrivateKey.Generate(type);
        return key.PublicKey;
    }
}
