using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary>What a key file holds, for people and as JSON.</summary>
internal static class KeyReport
{
    private static readonly ImmutableArray<(string Name, KeyFileFormat Format, bool IsPrivate, string Text)> Formats =
    [
        ("openssh", KeyFileFormat.OpenSsh, true, "private key in OpenSSH's format"),
        ("pkcs8", KeyFileFormat.Pkcs8, true, "private key in PKCS#8"),
        ("pem", KeyFileFormat.Pem, true, "private key in the old PEM format"),
        ("putty", KeyFileFormat.Putty, true, "private key in PuTTY's format"),
        ("pub", KeyFileFormat.OpenSshPublic, false, "public key, one line"),
        ("rfc4716", KeyFileFormat.Rfc4716Public, false, "public key in the format of RFC 4716"),
        ("public-pem", KeyFileFormat.PemPublic, false, "public key in PEM"),
    ];

    /// <summary>The names of the private formats, for a help text.</summary>
    public static string PrivateFormats => string.Join(", ", Formats.Where(row => row.IsPrivate).Select(row => row.Name));

    /// <summary>The names of the public formats.</summary>
    public static string PublicFormats => string.Join(", ", Formats.Where(row => !row.IsPrivate).Select(row => row.Name));

    /// <summary>The format of a name.</summary>
    public static KeyFileFormat ParseFormat(string name)
    {
        foreach ((string known, KeyFileFormat format, _, _) in Formats)
        {
            if (known == name)
                return format;
        }

        throw new LocalMisuseException(
            SshErrorCode.Misuse, $"\"{TerminalText.OneLine(name, 40)}\" is no format of key files.", $"The formats are {PrivateFormats}, {PublicFormats}.");
    }

    /// <summary>True where the format holds private keys.</summary>
    public static bool IsPrivate(KeyFileFormat format) => Formats.Any(row => row.Format == format && row.IsPrivate);

    /// <summary>Some lines for people.</summary>
    public static string ToText(string file, KeyFileInfo info)
    {
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"{file}: {Describe(info)}");
        if (info.Certificate is { } certificate)
            AppendCertificate(text, certificate);
        if (info.Type is null)
            Line("type", "only the passphrase can tell");
        else
            Line("type", info.PublicKey is null ? $"{info.Type}, which is not supported" : $"{info.PublicKey.Type}, {info.PublicKey.Bits} bits");
        if (info.PublicKey is { } key)
        {
            Line("fingerprint", key.Fingerprint);
            Line("", $"MD5:{Md5(key)}");
            if (key is SecurityKeyPublicKey security)
                Line("application", $"{security.Application} (a hardware security key signs, through an agent)");
        }

        if (info.Comment is not null)
            Line("comment", info.Comment);
        return text.ToString();

        void Line(string name, string value) => AppendLine(text, name, value);
    }

    /// <summary>The same as a JSON object.</summary>
    public static JsonObject ToJson(string file, KeyFileInfo info) => new()
    {
        ["file"] = file,
        ["format"] = Name(info),
        ["private"] = info.IsPrivate,
        ["encrypted"] = info.IsEncrypted,
        ["cipher"] = info.Cipher,
        ["keyDerivation"] = info.KeyDerivation,
        ["type"] = info.Type,
        ["bits"] = info.PublicKey?.Bits,
        ["sha256"] = info.PublicKey?.Fingerprint,
        ["md5"] = info.PublicKey is null ? null : Md5(info.PublicKey),
        ["comment"] = info.Comment,
        ["certificate"] = info.Certificate is null ? null : ToJson(info.Certificate),
    };

    /// <summary>A file that cannot be used.</summary>
    public static JsonObject ToJson(string file, SshException failure) => new()
    {
        ["file"] = file,
        ["error"] = new JsonObject
        {
            ["code"] = (int)failure.Code,
            ["name"] = failure.Code.ToString(),
            ["sentence"] = failure.Sentence,
            ["remedy"] = failure.Remedy,
        },
    };

    private static string Name(KeyFileInfo info) =>
        info.Format == KeyFileFormat.Certificate ? "certificate" : Formats.First(row => row.Format == info.Format).Name;

    private static string Describe(KeyFileInfo info)
    {
        if (info.Format == KeyFileFormat.Certificate)
            return $"{Kind(info.Certificate!)} certificate";
        string format = Formats.First(row => row.Format == info.Format).Text;
        if (!info.IsPrivate)
            return format;
        return info.IsEncrypted ? $"{format}, encrypted ({info.Cipher}; {info.KeyDerivation})" : $"{format}, not encrypted";
    }

    private static string Kind(Certificate certificate) => certificate.Kind == CertificateKind.User ? "user" : "host";

    private static string Md5(PublicKey key) => string.Join(':', key.FingerprintOf(HashName.Md5).Chunk(2).Select(pair => new string(pair)));

    private static void AppendCertificate(StringBuilder text, Certificate certificate)
    {
        AppendLine(text, "certificate", $"{certificate.Type}, {Kind(certificate)}");
        AppendLine(text, "key id", $"\"{certificate.KeyId}\", serial {certificate.Serial}");
        AppendLine(text, "principals", certificate.Principals.IsEmpty ? "none: it is good for nobody" : string.Join(", ", certificate.Principals));
        AppendLine(text, "valid", Validity(certificate, DateTimeOffset.UtcNow));
        AppendLine(text, "conditions", Options(certificate.CriticalOptions));
        AppendLine(text, "permits", Options(certificate.Extensions));
        AppendLine(text, "signed by", $"{certificate.SignatureKey} with {certificate.SignatureAlgorithm}");
    }

    private static string Validity(Certificate certificate, DateTimeOffset now)
    {
        (ulong after, ulong before) = (certificate.ValidAfter, certificate.ValidBefore);
        if (after == 0 && before == ulong.MaxValue)
            return "for ever";
        ulong present = (ulong)Math.Max(0, now.ToUnixTimeSeconds());
        string state = present < after ? " (not yet)" : present >= before ? " (no more)" : "";
        string beginning = after == 0 ? "" : $"from {CertificateRules.Time(after)} ";
        return (before == ulong.MaxValue ? $"{beginning}for ever" : $"{beginning}to {CertificateRules.Time(before)}") + state;
    }

    // An option's data is an SSH string or nothing; what is neither shows as bytes.
    private static string Options(ImmutableArray<CertificateOption> options) =>
        options.IsEmpty ? "none" : string.Join(", ", options.Select(option => option.Data.IsEmpty ? option.Name : $"{option.Name}=\"{Value(option)}\""));

    private static string Value(CertificateOption option)
    {
        SshReader reader = new(option.Data.Span);
        string value = reader.Text(option.Name);
        return reader.Complete() ? value : Convert.ToHexStringLower(option.Data.Span);
    }

    private static JsonObject ToJson(Certificate certificate) => new()
    {
        ["type"] = certificate.Type,
        ["kind"] = Kind(certificate),
        ["keyId"] = certificate.KeyId,
        ["serial"] = certificate.Serial,
        ["principals"] = Array(certificate.Principals),
        ["validAfter"] = certificate.ValidAfter,
        ["validBefore"] = certificate.ValidBefore,
        ["criticalOptions"] = Object(certificate.CriticalOptions),
        ["extensions"] = Object(certificate.Extensions),
        ["authority"] = new JsonObject { ["type"] = certificate.SignatureKey.Type, ["sha256"] = certificate.SignatureKey.Fingerprint },
        ["signatureAlgorithm"] = certificate.SignatureAlgorithm,
    };

    private static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);

    private static JsonObject Object(IEnumerable<CertificateOption> options) =>
        new(options.Select(option => KeyValuePair.Create(option.Name, (JsonNode?)(option.Data.IsEmpty ? "" : Value(option)))));

    // What a file or an authority says is a stranger's text.
    private static void AppendLine(StringBuilder text, string name, string value) =>
        text.AppendLine(CultureInfo.InvariantCulture, $"  {name,-12} {TerminalText.OneLine(value, int.MaxValue)}");
}
