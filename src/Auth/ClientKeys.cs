using System.Collections.Immutable;
using System.Text;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>What the methods publickey and hostbased have in common on the client's side: algorithms, certificates, signatures.</summary>
internal static class ClientKeys
{
    /// <summary>The algorithms to try a key with, in order.</summary>
    public static ImmutableArray<LoginAlgorithm> Algorithms(ClientConversation conversation, PublicKey key, Certificate? certificate) =>
        LoginAlgorithms.For(key, certificate, conversation.Options.SignatureAlgorithms, ServerAccepts(conversation));

    /// <summary>The verdict on a key that no algorithm is left for.</summary>
    public static LoginVerdict NoAlgorithm(ClientConversation conversation, PublicKey key)
    {
        string can = string.Join(", ", key.SignatureAlgorithms);
        string server = ServerAccepts(conversation) is { } accepts ? $", and the server accepts {TerminalText.OneLine(accepts)}" : "";
        return LoginVerdict.Failed($"no signature algorithm is left for it: a key of type {key.Type} signs with {can}{server}, "
            + "and the others are not enabled (ssh-rsa, which is RSA with SHA-1, only by name)",
            remedy: "Log in with another type of key (ssh-keygen -t ed25519), have the server brought up to date, or add the name to "
            + "LoginOptions.SignatureAlgorithms.");
    }

    /// <summary>Null where a certificate may be sent; otherwise why it would be in vain. Its authority, its principals and its options
    /// are the server's to judge.</summary>
    public static LoginVerdict? CheckCertificate(Certificate? certificate, CertificateKind kind, TimeProvider time)
    {
        if (certificate is null)
            return null;
        CertificateUse use = new(kind, certificate.Principals, time.GetUtcNow())
        {
            AuthorityAlgorithms = [certificate.SignatureAlgorithm],
            MinimumRsaBits = 0,
        };
        return CertificateRules.Check(certificate, use) is
        {
            Fault: CertificateFault.WrongKind or CertificateFault.NotYetValid or CertificateFault.Expired or CertificateFault.NoPrincipals,
        } refusal
            ? LoginVerdict.Failed($"it {refusal.Sentence[(CertificateRules.Name(certificate).Length + 1)..].TrimEnd('.')}", remedy: refusal.Remedy)
            : null;
    }

    /// <summary>What a server may not have liked in a certificate: for whom it is and who says so.</summary>
    public static string Describe(Certificate certificate, string name)
    {
        const int Shown = 4;
        StringBuilder text = new("it is for ");
        text.AppendJoin(", ", certificate.Principals.Take(Shown).Select(p => $"“{TerminalText.OneLine(p, 60)}”"));
        if (certificate.Principals.Length > Shown)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $" and {certificate.Principals.Length - Shown} more");
        if (!certificate.Principals.Contains(name))
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $", not for {TerminalText.OneLine(name, 60)}");
        foreach (CertificateOption option in certificate.CriticalOptions)
        {
            SshReader reader = new(option.Data.Span);
            string value = option.Data.IsEmpty ? "" : $" {TerminalText.OneLine(reader.Text("option"), 100)}";
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $", with {TerminalText.OneLine(option.Name, 60)}{value}");
        }

        return text.Append(System.Globalization.CultureInfo.InvariantCulture, $", and its authority is {certificate.SignatureKey.Fingerprint}").ToString();
    }

    /// <summary>Has the key sign, and looks at what came of it.</summary>
    public static async ValueTask<(byte[]? Signature, LoginVerdict? Failure)> SignAsync(
        ClientConversation conversation, string method, SigningKey key, string algorithm, byte[] data, CancellationToken cancellationToken)
    {
        (byte[]? signature, LoginVerdict? failure) = await conversation.AskUserAsync(
            method, "it could not sign",
            () => key.SignAsync(algorithm, data, conversation.Transport.Random, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        if (failure is not null)
            return (null, failure);

        // A signature that came out wrong can give the private key away (a faulty RSA signature does); it does not leave this side. Whether
        // a token must have been touched is for the server to say.
        return key.PublicKey.Verify(algorithm, data, signature, SecurityKeyDemand.None)
            ? (signature, null)
            : (null, LoginVerdict.Failed(WrongSignature(algorithm, signature)));
    }

    private static string WrongSignature(string algorithm, byte[]? signature)
    {
        SshReader reader = new(signature);
        string named = reader.Name("signature algorithm");
        return reader.Fault is null && named != algorithm
            ? $"{algorithm} was asked of its signer, which answered with {named}{(named == KeyTypes.Rsa ? ": it is too old for the rsa-sha2 algorithms (RFC 8332)" : "")}"
            : $"its {algorithm} signature does not verify with its own public key";
    }

    private static string? ServerAccepts(ClientConversation conversation) =>
        conversation.Transport.PeerExtensions.GetValueOrDefault(LoginMethods.ServerSignatureAlgorithms);
}
