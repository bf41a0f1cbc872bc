using System.Text;
using LucidSsh.Wire;

namespace LucidSsh.Crypto;

public static partial class KeyFile
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Everybody = Owner | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Writes a private key as the content of a file. The caller zeroes it where there is no passphrase.</summary>
    /// <param name="key">The key; its comment goes along where the format has room for one.</param>
    /// <param name="format"><see cref="KeyFileFormat.OpenSsh"/>, <see cref="KeyFileFormat.Pkcs8"/>,
    /// <see cref="KeyFileFormat.Putty"/> (version 3) or <see cref="KeyFileFormat.Pem"/>.</param>
    /// <param name="passphrase">Encrypts the file; empty leaves it in the clear.</param>
    /// <param name="options">How it is encrypted; null is the default. The old PEM format has no default, because one MD5 is all
    /// that protects it: its cipher must be named.</param>
    /// <exception cref="LocalMisuseException">The format or the options do not allow this.</exception>
    public static byte[] Write(
        PrivateKey key, KeyFileFormat format = KeyFileFormat.OpenSsh, ReadOnlySpan<char> passphrase = default,
        KeyFileOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        using Secret utf8 = new(Encoding.UTF8.GetByteCount(passphrase));
        Encoding.UTF8.GetBytes(passphrase, utf8.Span);
        options ??= new KeyFileOptions();
        return format switch
        {
            KeyFileFormat.OpenSsh => OpenSshKeyFile.Write(key, utf8.Span, options, SystemRandom.Shared),
            KeyFileFormat.Pkcs8 => Pkcs8KeyFile.Write(key, utf8.Span, options, SystemRandom.Shared),
            KeyFileFormat.Pem => PemKeyFile.Write(key, utf8.Span, options, SystemRandom.Shared),
            KeyFileFormat.Putty => PuttyKeyFile.Write(key, utf8.Span, options, SystemRandom.Shared),
            _ => throw new LocalMisuseException(
                SshErrorCode.Misuse, $"A private key cannot be written in the format {format}.", "Write OpenSsh, Pkcs8, Pem or Putty."),
        };
    }

    /// <summary>Writes a public key as the content of a file, which ends with a line end.</summary>
    /// <param name="key">The key.</param>
    /// <param name="format"><see cref="KeyFileFormat.OpenSshPublic"/>, <see cref="KeyFileFormat.Rfc4716Public"/> or
    /// <see cref="KeyFileFormat.PemPublic"/> (<c>BEGIN PUBLIC KEY</c>).</param>
    /// <param name="comment">The comment, for the formats that have room for one.</param>
    /// <exception cref="LocalMisuseException">The format does not allow this.</exception>
    public static string WritePublic(PublicKey key, KeyFileFormat format = KeyFileFormat.OpenSshPublic, string comment = "")
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(comment);
        return format switch
        {
            KeyFileFormat.OpenSshPublic => key.ToOpenSshLine(comment) + "\n",
            KeyFileFormat.Rfc4716Public => PublicKeyFile.WriteRfc4716(key, comment),
            KeyFileFormat.PemPublic => PublicKeyFile.WritePem(key),
            _ => throw new LocalMisuseException(
                SshErrorCode.Misuse, $"A public key cannot be written in the format {format}.",
                "Write OpenSshPublic, Rfc4716Public or PemPublic."),
        };
    }

    /// <summary>Writes a private key file that its owner alone may read: on Unix it comes into being with mode 0600.</summary>
    /// <param name="path">The file, which must not exist yet.</param>
    /// <param name="key">The key.</param>
    /// <param name="format">As for <see cref="Write"/>.</param>
    /// <param name="passphrase">As for <see cref="Write"/>.</param>
    /// <param name="options">As for <see cref="Write"/>.</param>
    /// <exception cref="LocalMisuseException">The file exists or cannot be written (<see cref="SshErrorCode.LocalFile"/>), or
    /// as for <see cref="Write"/>.</exception>
    public static void WritePrivate(
        string path, PrivateKey key, KeyFileFormat format = KeyFileFormat.OpenSsh, ReadOnlySpan<char> passphrase = default,
        KeyFileOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        byte[] content = Write(key, format, passphrase, options);
        try
        {
            WriteNew(path, content, Owner);
        }
        finally
        {
            ConstantTime.Zero(content);
        }
    }

    /// <summary>Writes a public key file.</summary>
    /// <param name="path">The file, which must not exist yet.</param>
    /// <param name="key">The key.</param>
    /// <param name="format">As for <see cref="WritePublic(PublicKey, KeyFileFormat, string)"/>.</param>
    /// <param name="comment">As for <see cref="WritePublic(PublicKey, KeyFileFormat, string)"/>.</param>
    /// <exception cref="LocalMisuseException">The file exists or cannot be written (<see cref="SshErrorCode.LocalFile"/>), or
    /// the format does not allow this.</exception>
    public static void WritePublic(
        string path, PublicKey key, KeyFileFormat format = KeyFileFormat.OpenSshPublic, string comment = "")
    {
        ArgumentNullException.ThrowIfNull(path);
        WriteNew(path, Encoding.UTF8.GetBytes(WritePublic(key, format, comment)), Everybody);
    }

    /// <summary>Writes a certificate file, as ssh-keygen does: <c>id_ed25519-cert.pub</c>.</summary>
    /// <param name="path">The file, which must not exist yet.</param>
    /// <param name="certificate">The certificate.</param>
    /// <param name="comment">A comment, or null.</param>
    /// <exception cref="LocalMisuseException">The file exists or cannot be written (<see cref="SshErrorCode.LocalFile"/>).</exception>
    public static void WriteCertificate(string path, Certificate certificate, string? comment = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(certificate);
        WriteNew(path, Encoding.UTF8.GetBytes(certificate.ToOpenSshLine(comment) + "\n"), Everybody);
    }

    // The file has its rights from its first moment, and never half its content.
    private static void WriteNew(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        FileStreamOptions create = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            create.UnixCreateMode = mode;
        bool created = false;
        try
        {
            using FileStream file = new(path, create);
            created = true;
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            bool exists = !created && File.Exists(path);
            if (created)
                File.Delete(path); // half a key is none
            throw exists
                ? LocalFile($"The key file {path} was not written: a file of this name exists.", "Remove it first, if it is not needed.", failure)
                : LocalFile($"The key file {path} cannot be written: {failure.Message}", null, failure);
        }
    }
}
