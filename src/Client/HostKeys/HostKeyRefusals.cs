using System.Collections.Immutable;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>The sentences of a host key that is not accepted (docs/host-keys.md shows them all).</summary>
internal static class HostKeyRefusals
{
    private const int Shown = 3;

    /// <summary>Nothing is known about the host, and nobody is asked.</summary>
    public static PeerRefusedException Unknown(PresentedHostKey presented, HostTrust trust)
    {
        string certificate = presented.Certificate is { } shown
            ? trust.Authorities.IsEmpty
                ? $", and no @cert-authority line for it trusts the authority of its certificate, {Name(shown.SignatureKey)}"
                : $", and the authority of its certificate, {Name(shown.SignatureKey)}, is not the one that is trusted for it, {List(trust.Authorities)}"
            : "";
        return Refuse(
            SshErrorCode.HostKeyUnknown,
            $"The host {Host(presented)} is not known: its key {Name(presented.Key)} is {Files(trust)}{certificate}.",
            $"{Unreadable(trust)}Compare the fingerprint with the server's own (there: ssh-keygen -lf /etc/ssh/ssh_host_{FileOf(presented.Key)}_key.pub). If it is the same, connect once with "
            + $"--host-key accept-new (HostKeyPolicy.AcceptNew), or pin it with --host-key {presented.Key.Fingerprint} (HostKeyPolicy.Pinned).");
    }

    /// <summary>The host is known by other keys.</summary>
    public static PeerRefusedException Changed(PresentedHostKey presented, HostTrust trust, ImmutableArray<KnownHostsEntry> known)
    {
        ImmutableArray<KnownHostsEntry> sameType = [.. known.Where(entry => entry.KeyType == presented.Key.Type)];
        string sentence = sameType.IsEmpty
            ? $"The host {Host(presented)} shows a key of another type than it is known by: it shows {Name(presented.Key)}; known is {List(known)}, which it does not offer."
            : $"The host key of {Host(presented)} has changed: it shows {Name(presented.Key)}; known is {List(sameType)}.";
        string file = (sameType.IsEmpty ? known : sameType)[0].File;
        return Refuse(
            SshErrorCode.HostKeyChanged,
            sentence,
            $"{Unreadable(trust)}Somebody may be between the two sides, or the server has been set up anew: ask its administrator which fingerprint is right. If it is "
            + $"the new one, forget the known key (ssh-keygen -R '{trust.Name}' -f '{file}') and connect again.");
    }

    /// <summary>It is not what the user pinned.</summary>
    public static PeerRefusedException NotPinned(PresentedHostKey presented, string what) => Refuse(
        SshErrorCode.HostKeyChanged,
        $"The host {Host(presented)} {what}.",
        "Somebody may be between the two sides, or the server has been set up anew: ask its administrator, and pin what it has now.");

    /// <summary>What the host shows is revoked.</summary>
    public static PeerRefusedException Revoked(string what, string where) => Refuse(
        SshErrorCode.HostKeyRevoked,
        $"{what} is revoked ({where}).",
        "Whoever stole the key may be showing it. Do not connect to this server before its administrator has explained the revocation and given it another key.");

    /// <summary>A line that may revoke it cannot be read.</summary>
    public static PeerRefusedException MayBeRevoked(PresentedHostKey presented, KnownHostsFault fault) => Refuse(
        SshErrorCode.KnownHostsUnusable,
        $"Line {fault.Line} of {fault.File} may revoke the key {Name(presented.Key)} of {Host(presented)}, and cannot be read: {fault.Reason}.",
        "Correct the line, or remove it if it is not needed: a revocation that cannot be read is not passed over.");

    /// <summary>Its authority is trusted, but the certificate is not good.</summary>
    public static PeerRefusedException Certificate(PresentedHostKey presented, CertificateRefusal refusal) => Refuse(
        SshErrorCode.CertificateRefused,
        $"The host {Host(presented)} cannot prove who it is: {Lower(refusal.Sentence)}",
        refusal.Remedy);

    /// <summary>Who was asked said no.</summary>
    public static PeerRefusedException Declined(PresentedHostKey presented, string? why = null) => Refuse(
        SshErrorCode.HostKeyUnknown,
        $"The host {Host(presented)} is not known, and its key {Name(presented.Key)} was not accepted.",
        why);

    /// <summary>The key, at the beginning of a sentence.</summary>
    public static string KeyOf(PresentedHostKey presented) => $"The host key {Name(presented.Key)} of {Host(presented)}";

    /// <summary>The certificate's authority, at the beginning of a sentence.</summary>
    public static string AuthorityOf(PresentedHostKey presented) =>
        $"The certificate authority {Name(presented.Certificate!.SignatureKey)}, which signed the certificate of {Host(presented)},";

    /// <summary>The certificate, at the beginning of a sentence.</summary>
    public static string CertificateOf(PresentedHostKey presented) =>
        $"The certificate \"{TerminalText.OneLine(presented.Certificate!.KeyId)}\" (serial {presented.Certificate.Serial}) of {Host(presented)}";

    /// <summary>Who shows it.</summary>
    public static string Host(PresentedHostKey presented) => $"{presented.Host}:{presented.Port}";

    private static string Name(PublicKey key) => $"{key.Type} {key.Fingerprint}";

    private static string List(ImmutableArray<KnownHostsEntry> entries)
    {
        string list = string.Join(", ", entries.Take(Shown).Select(entry => $"{entry.KeyType} {entry.Fingerprint} ({entry})"));
        return entries.Length > Shown ? $"{list} and {entries.Length - Shown} more" : list;
    }

    private static string Files(HostTrust trust)
    {
        string[] files = [.. trust.Files.Where((file, i) => i == 0 || file.Exists).Select(file => file.Path)];
        return files.Length switch
        {
            0 => "in no known_hosts file, for none is named",
            1 => $"not in {files[0]}",
            _ => $"neither in {string.Join(" nor in ", files)}",
        };
    }

    // The line the user relies on may be among them.
    private static string Unreadable(HostTrust trust) => trust.Faults.Length switch
    {
        0 => "",
        1 => $"A line cannot be read: {trust.Faults[0]}. ",
        var count => $"{count} lines cannot be read; the first is {trust.Faults[0]}. ",
    };

    private static string FileOf(PublicKey key) => key.Type switch
    {
        KeyTypes.Rsa => "rsa",
        KeyTypes.Ed25519 => "ed25519",
        _ => "ecdsa",
    };

    private static string Lower(string sentence) => sentence.StartsWith("The ", StringComparison.Ordinal) ? $"the {sentence[4..]}" : sentence;

    private static PeerRefusedException Refuse(SshErrorCode code, string sentence, string? remedy) =>
        new(code, sentence, remedy) { TellPeer = DisconnectReason.HostKeyNotVerifiable };
}
