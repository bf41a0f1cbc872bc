using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary><c>lucid key sign</c>: certifies public keys, as <c>ssh-keygen -s</c> does.</summary>
internal static class KeySignCommand
{
    private static readonly Option<string> Authority = new("--ca") { Description = "the authority's private key", HelpName = "CAFILE", Required = true };
    private static readonly Option<string> KeyId = new("--id") { Description = "what the certificate is called in logs", HelpName = "ID", Required = true };
    private static readonly Option<bool> Host = new("--host") { Description = "for a host; for a user where it is left out" };
    private static readonly Option<string[]> Principals = new("-n") { Description = "a user or host name it stands for; may be given several times", HelpName = "NAME" };
    private static readonly Option<ulong> Serial = new("--serial") { Description = "a number by which it can be revoked", HelpName = "N" };
    private static readonly Option<string?> ValidFrom = new("--valid-from") { Description = "the beginning: a date, or -1h before now (s m h d w)", HelpName = "TIME" };
    private static readonly Option<string?> ValidTo = new("--valid-to") { Description = "the end: a date, or +52w from now; without it there is none", HelpName = "TIME" };
    private static readonly Option<string?> ForceCommand = new("--force-command") { Description = "a command that runs whatever is asked for", HelpName = "COMMAND" };
    private static readonly Option<string?> SourceAddress = new("--source-address") { Description = "where it may be used from", HelpName = "CIDR,CIDR" };
    private static readonly Option<bool> VerifyRequired = new("--verify-required") { Description = "a hardware security key must have verified its owner" };
    private static readonly Option<string[]?> Permit = new("--permit") { Description = "an extension, for example permit-pty, instead of the usual ones; \"\" for none", HelpName = "NAME" };
    private static readonly Option<string?> Algorithm = new("--algorithm") { Description = "the signature algorithm of an RSA authority", HelpName = "NAME" };

    public static Command Create()
    {
        Command command = new("sign", "Certify public keys: FILE.pub becomes FILE-cert.pub.");
        Argument<string[]> files = new("FILE") { Description = "public key files", Arity = ArgumentArity.OneOrMore };
        Option<bool> json = JsonOutput.Option();
        KeyPassphrases passphrases = new();
        command.Add(files);
        foreach (Option option in (Option[])[Authority, KeyId, Host, Principals, Serial, ValidFrom, ValidTo, ForceCommand, SourceAddress,
            VerifyRequired, Permit, Algorithm, json])
        {
            command.Add(option);
        }

        passphrases.AddOldTo(command);
        command.SetGuardedAction((arguments, _) =>
        {
            string authorityPath = arguments.GetRequiredValue(Authority);
            using PrivateKey authority = KeyFile.ReadPrivate(authorityPath, passphrases.Old(arguments, authorityPath));
            List<JsonNode?> reports = [];
            foreach (string file in arguments.GetRequiredValue(files))
            {
                string path = CertificatePath(file);
                Certificate certificate = Request(arguments, KeyFile.ReadPublic(file)).Sign(authority, arguments.GetValue(Algorithm));
                KeyFile.WriteCertificate(path, certificate, KeyFile.Inspect(file).Comment);
                KeyFileInfo written = KeyFile.Inspect(path);
                if (arguments.GetValue(json))
                    reports.Add(KeyReport.ToJson(path, written));
                else
                    Console.Write(KeyReport.ToText(path, written));
            }

            if (arguments.GetValue(json))
                JsonOutput.Write(new JsonObject { ["keys"] = new JsonArray([.. reports]) });
            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }

    private static CertificateRequest Request(ParseResult arguments, PublicKey key)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        CertificateRequest request = new(key, arguments.GetValue(Host) ? CertificateKind.Host : CertificateKind.User)
        {
            KeyId = arguments.GetRequiredValue(KeyId),
            Serial = arguments.GetValue(Serial),
            Principals = [.. arguments.GetValue(Principals) ?? []],
            ValidAfter = Seconds(arguments.GetValue(ValidFrom), now) ?? 0,
            ValidBefore = Seconds(arguments.GetValue(ValidTo), now) ?? ulong.MaxValue,
            ForceCommand = arguments.GetValue(ForceCommand),
            SourceAddress = arguments.GetValue(SourceAddress),
            CriticalOptions = arguments.GetValue(VerifyRequired) ? [new CertificateOption("verify-required", default)] : [],
        };
        return arguments.GetValue(Permit) is { Length: > 0 } permitted
            ? request with { Extensions = [.. permitted.Where(name => name.Length > 0).Select(name => new CertificateOption(name, default))] }
            : request;
    }

    // ssh-keygen's rule, by which ssh finds the certificate again.
    private static string CertificatePath(string file) =>
        (file.EndsWith(".pub", StringComparison.Ordinal) ? file[..^4] : file) + "-cert.pub";

    private static ulong? Seconds(string? text, DateTimeOffset now)
    {
        if (text is null)
            return null;
        if (text.Length > 2 && text[0] is '+' or '-' && int.TryParse(text.AsSpan(1, text.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            int unit = text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, 'w' => 604800, _ => throw NoTime(text) };
            long seconds = now.ToUnixTimeSeconds() + (text[0] == '-' ? -1L : 1L) * count * unit;
            return (ulong)Math.Max(0, seconds);
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) && time > DateTimeOffset.UnixEpoch
            ? (ulong)time.ToUnixTimeSeconds()
            : throw NoTime(text);
    }

    private static LocalMisuseException NoTime(string text) => new(
        SshErrorCode.Misuse, $"\"{TerminalText.OneLine(text, 40)}\" is no time.", "Give a date (2027-01-31 or 2027-01-31T12:00Z, UTC), or a distance such as -5m, +8h or +52w.");
}
