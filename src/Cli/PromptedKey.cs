using LucidSsh.Auth;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary>An encrypted key file whose passphrase is asked for when a server wants the key, and not before.</summary>
internal sealed class PromptedKey(string file, PublicKey publicKey) : ISigner
{
    private const int Tries = 3; // as ssh

    public PublicKey PublicKey { get; } = publicKey;

    public ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken cancellationToken) => new(Task.Run(
        () =>
        {
            using PrivateKey key = Unlock();
            return key.Sign(algorithm, data.Span, SystemRandom.Shared);
        },
        cancellationToken).WaitAsync(cancellationToken)); // a terminal cannot be told to stop reading; the login goes on without it

    private PrivateKey Unlock()
    {
        for (int attempt = 1; ; attempt++)
        {
            string passphrase = Terminal.Passphrase($"Passphrase of the key file {file}: ");
            try
            {
                return KeyFile.ReadPrivate(file, passphrase);
            }
            catch (LocalMisuseException wrong) when (attempt < Tries && wrong.Code == SshErrorCode.PassphraseWrong)
            {
                Console.Error.WriteLine(wrong.Sentence);
            }
        }
    }
}
