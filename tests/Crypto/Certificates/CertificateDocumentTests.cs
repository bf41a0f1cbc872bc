using System.Net;
using System.Text;
using LucidSsh.Crypto;
using LucidSsh.Tests.Crypto.Keys;
using LucidSsh.Tests.Harness;

namespace LucidSsh.Tests.Crypto;

public sealed class CertificateDocumentTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    /// <summary>docs/certificates.md has the sentence of every reason to refuse a certificate.</summary>
    [Fact]
    public void Document_HasEveryRefusalsSentence()
    {
        using PrivateKey authority = PrivateKey.Generate("ssh-ed25519"), rsa = KeyTools.NewKey("ssh-rsa");
        CertificateRequest anna = new(authority.PublicKey, CertificateKind.User) { KeyId = "anna", Serial = 5, Principals = ["anna"] };
        CertificateRequest files = new(authority.PublicKey, CertificateKind.Host) { KeyId = "files", Serial = 6, Principals = ["*.example.org"] };
        CertificateUse login = new(CertificateKind.User, "anna", Now) { Source = IPAddress.Parse("198.51.100.7") };
        (Certificate Certificate, CertificateUse Use)[] cases =
        [
            (files.Sign(authority), login),
            (anna.Sign(rsa, "ssh-rsa"), login with { AuthorityAlgorithms = ["ssh-ed25519", "rsa-sha2-512"] }),
            (anna.Sign(rsa), login with { MinimumRsaBits = 3072 }),
            (anna.Sign(authority), login with { Revoked = RevocationList.Parse(ListOf(authority), "/etc/ssh/revoked") }),
            ((anna with { ValidAfter = 1_800_000_060 }).Sign(authority), login),
            ((anna with { ValidBefore = 1_799_999_940 }).Sign(authority), login),
            ((anna with { Principals = [] }).Sign(authority), login),
            ((anna with { Principals = ["root"] }).Sign(authority), login),
            (files.Sign(authority), new CertificateUse(CertificateKind.Host, "example.com", Now)),
            ((anna with { CriticalOptions = [new("no-fun@example.org", default)] }).Sign(authority), login),
            ((anna with { CriticalOptions = [CertificateRequest.Option("source-address", "the office")] }).Sign(authority), login),
            ((anna with { SourceAddress = "192.0.2.0/24" }).Sign(authority), login),
        ];
        StringBuilder table = new("| reason | sentence | remedy |\n| --- | --- | --- |\n");
        HashSet<CertificateFault> seen = [];
        foreach ((Certificate certificate, CertificateUse use) in cases)
        {
            CertificateRefusal refusal = CertificateRules.Check(certificate, use)!;
            seen.Add(refusal.Fault);
            string sentence = refusal.Sentence.Replace(authority.PublicKey.Fingerprint, "SHA256:…", StringComparison.Ordinal);
            table.Append($"| `{refusal.Fault}` | {sentence} | {refusal.Remedy} |\n");
        }

        Assert.Equal(Enum.GetValues<CertificateFault>().Order(), seen.Order());
        GeneratedDocument.CheckSection("docs/certificates.md", "refusals", table.ToString());
    }

    private static byte[] ListOf(PrivateKey authority) => Encoding.ASCII.GetBytes(authority.PublicKey.ToOpenSshLine());
}
