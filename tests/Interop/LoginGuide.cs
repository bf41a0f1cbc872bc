using System.Security.Cryptography;
using System.Text;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Crypto;

namespace LucidSsh.Tests.Interop;

/// <summary>The snippets of docs/login.md, as they stand there, compiled and run by <see cref="LoginGuideTests"/>.</summary>
internal static class LoginGuide
{
    // snippet: plan
    public static async Task<string> LogInAsync(string target, string keyFile, string passphrase, string password, SshClientOptions options)
    {
        options = options with
        {
            Credentials =
            [
                PrivateKeyCredential.FromFile(keyFile, passphrase), // and the certificate KEYFILE-cert.pub, where there is one
                new PasswordCredential(password),
            ],
        };
        await using SshClient client = await SshClient.ConnectAsync(target, options);
        return string.Join(", then ", client.Login.Accepted.Select(attempt => $"{attempt.Method}: {attempt.Credential}"));
    }
    // end

    // snippet: account
    public static async Task<List<string>> ExplainAsync(string target, SshClientOptions options)
    {
        List<string> account = [];
        try
        {
            await using SshClient client = await SshClient.ConnectAsync(target, options);
        }
        catch (LoginException failure)
        {
            account.Add(failure.Message); // one sentence, and what to do
            account.AddRange(failure.Report.Attempts.Select(attempt => $"{attempt.Credential}: {attempt.Outcome} {attempt.Detail}".TrimEnd()));
            account.Add($"still accepted: {string.Join(", ", failure.Report.CanContinue)}");
        }

        return account;
    }
    // end

    // snippet: change
    public static PasswordCredential WithChange(string password, string newPassword) => new(
        password,
        (change, cancellationToken) =>
        {
            // change.Prompt is what the server says; change.Round is 2 where it did not like the first one. Null gives up.
            return ValueTask.FromResult<string?>(change.Round == 1 ? newPassword : null);
        });
    // end

    // snippet: questions
    public static KeyboardInteractiveCredential Questions(string password, Func<string> oneTimeCode) => new(request =>
    {
        if (request.Instruction.Length > 0)
            Console.Error.WriteLine(request.Instruction);
        return [.. request.Prompts.Select(prompt => prompt.Text.Contains("assword", StringComparison.Ordinal) ? password : oneTimeCode())];
    });
    // end

    // snippet: signer
    /// <summary>A key of the base library's: on disk, in a certificate store (X509Certificate2.GetRSAPrivateKey), on a card, in a key vault.</summary>
    public sealed class RsaSigner(RSA rsa) : ISigner
    {
        public PublicKey PublicKey { get; } = KeyFile.ReadPublic(Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem()));

        public ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
        {
            HashAlgorithmName hash = algorithm == "rsa-sha2-512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;
            return ValueTask.FromResult(SignatureBlob.Of(algorithm, rsa.SignData(data.Span, hash, RSASignaturePadding.Pkcs1)));
        }
    }

    /// <summary>The same for an elliptic curve; the name of the algorithm is the key's type.</summary>
    public sealed class EcdsaSigner(ECDsa ecdsa) : ISigner
    {
        public PublicKey PublicKey { get; } = KeyFile.ReadPublic(Encoding.ASCII.GetBytes(ecdsa.ExportSubjectPublicKeyInfoPem()));

        public ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
        {
            HashAlgorithmName hash = algorithm switch
            {
                "ecdsa-sha2-nistp256" => HashAlgorithmName.SHA256,
                "ecdsa-sha2-nistp384" => HashAlgorithmName.SHA384,
                _ => HashAlgorithmName.SHA512,
            };
            return ValueTask.FromResult(SignatureBlob.OfEcdsa(algorithm, ecdsa.SignData(data.Span, hash)));
        }
    }
    // end
}
