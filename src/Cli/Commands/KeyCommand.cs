using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary><c>lucid key</c>: key files of every format, shown, converted, made and certified.</summary>
internal static class KeyCommand
{
    private const string StandardOutput = "-";

    public static Command Create()
    {
        Command command = new("key", "Key files of every format: show, convert, make, certify.");
        command.Add(Show());
        command.Add(Convert());
        command.Add(New());
        command.Add(KeySignCommand.Create());
        return command;
    }

    private static Command Show()
    {
        Command command = new("show", "What key files hold: format, type, size, fingerprints, comment, encryption; certificates too.");
        Argument<string[]> files = new("FILE") { Description = "key files, private or public, or certificates", Arity = ArgumentArity.OneOrMore };
        Option<bool> json = JsonOutput.Option();
        KeyPassphrases passphrases = new();
        command.Add(files);
        passphrases.AddOldTo(command);
        command.Add(json);
        command.SetGuardedAction((arguments, _) =>
        {
            List<JsonNode?> reports = [];
            int status = ExitCode.Success;
            foreach (string file in arguments.GetRequiredValue(files))
            {
                try
                {
                    KeyFileInfo info = passphrases.Opened(arguments, file);
                    if (arguments.GetValue(json))
                        reports.Add(KeyReport.ToJson(file, info));
                    else
                        Console.Write(KeyReport.ToText(file, info));
                }
                catch (SshException failure) when (failure.Code != SshErrorCode.Misuse)
                {
                    status = ExitCode.Failed;
                    reports.Add(KeyReport.ToJson(file, failure));
                    Console.Error.WriteLine($"lucid: {failure.Message}");
                }
            }

            if (arguments.GetValue(json))
                JsonOutput.Write(new JsonObject { ["keys"] = new JsonArray([.. reports]) });
            return Task.FromResult(status);
        });
        return command;
    }

    private static Command Convert()
    {
        Command command = new("convert", "Write a key in another format, or with another passphrase.");
        Argument<string> file = new("FILE") { Description = "the key file, of any format" };
        Option<string> to = new("--to")
        {
            Description = $"{KeyReport.PrivateFormats} write the private key; {KeyReport.PublicFormats} the public key",
            HelpName = "FORMAT",
            Required = true,
        };
        Option<string?> output = new("--output", "-o") { Description = "the new file, which must not exist yet; - is standard output", HelpName = "OUT" };
        Option<string?> comment = new("-C") { Description = "another comment", HelpName = "COMMENT" };
        Option<string?> cipher = new("--cipher") { Description = "another cipher than the format's default", HelpName = "NAME" };
        Option<int?> rounds = Rounds();
        Option<bool> json = JsonOutput.Option();
        KeyPassphrases passphrases = new();
        foreach (Option option in (Option[])[to, output, comment, cipher, rounds, json])
            command.Add(option);
        command.Add(file);
        passphrases.AddOldTo(command);
        passphrases.AddNewTo(command);
        command.SetGuardedAction((arguments, _) =>
        {
            KeyFileFormat format = KeyReport.ParseFormat(arguments.GetRequiredValue(to));
            string from = arguments.GetRequiredValue(file);
            if (!KeyReport.IsPrivate(format))
            {
                KeyFileInfo info = passphrases.Opened(arguments, from, isAsked: true);
                PublicKey key = info.Certificate is null && info.PublicKey is not null ? info.PublicKey : KeyFile.ReadPublic(from); // which says why
                string remark = arguments.GetValue(comment) ?? info.Comment ?? "";
                WritePublic(key, format, remark, arguments.GetValue(output) ?? StandardOutput);
                ReportWritten(arguments.GetValue(output), key, remark, arguments.GetValue(json));
            }
            else
            {
                string old = passphrases.Old(arguments, from);
                using PrivateKey key = KeyFile.ReadPrivate(from, old);
                key.Comment = arguments.GetValue(comment) ?? key.Comment;
                KeyFileOptions options = new() { Cipher = arguments.GetValue(cipher), Rounds = arguments.GetValue(rounds) };
                WritePrivate(key, format, passphrases.Changed(arguments, old), options, arguments.GetValue(output), from);
                string written = arguments.GetRequiredValue(output)!;
                if (KeyFile.Inspect(from).Certificate is { } certificate && format != KeyFileFormat.Putty && written != StandardOutput)
                    KeyFile.WriteCertificate($"{written}-cert.pub", certificate, key.Comment); // PuTTY keeps it with the key, the others beside it
                ReportWritten(written, key.PublicKey, key.Comment, arguments.GetValue(json));
            }

            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }

    private static Command New()
    {
        Command command = new("new", "Make a key pair: FILE for its owner alone, FILE.pub for everybody.");
        Argument<string> file = new("FILE") { Description = "the private key's file, which must not exist yet" };
        Option<string> type = new("-t") { Description = "ed25519, ecdsa or rsa", HelpName = "TYPE", DefaultValueFactory = _ => "ed25519" };
        Option<int> bits = new("-b") { Description = "256, 384 or 521 for ecdsa; 2048 to 16384 for rsa", HelpName = "BITS" };
        Option<string?> comment = new("-C") { Description = "the comment; user@machine where none is given", HelpName = "COMMENT" };
        Option<string> to = new("--to") { Description = KeyReport.PrivateFormats, HelpName = "FORMAT", DefaultValueFactory = _ => "openssh" };
        Option<int?> rounds = Rounds();
        Option<bool> json = JsonOutput.Option();
        KeyPassphrases passphrases = new();
        command.Add(file);
        foreach (Option option in (Option[])[type, bits, comment, to, rounds, json])
            command.Add(option);
        passphrases.AddNewTo(command);
        command.SetGuardedAction((arguments, _) =>
        {
            string path = arguments.GetRequiredValue(file), publicPath = path + ".pub";
            KeyFileFormat format = KeyReport.ParseFormat(arguments.GetRequiredValue(to));
            if (!KeyReport.IsPrivate(format))
                throw new LocalMisuseException(SshErrorCode.Misuse, $"A new key's file cannot be {arguments.GetValue(to)}.", $"Give {KeyReport.PrivateFormats}.");
            foreach (string there in (string[])[path, publicPath])
            {
                if (File.Exists(there))
                    throw new LocalMisuseException(SshErrorCode.LocalFile, $"No key was made: the file {there} exists.", "Give another name, or remove it if it is not needed.");
            }

            (string name, int size) = TypeOf(arguments.GetRequiredValue(type), arguments.GetValue(bits));
            string passphrase = passphrases.New(arguments, path);
            using PrivateKey key = PrivateKey.Generate(name, size);
            key.Comment = arguments.GetValue(comment) ?? $"{Environment.UserName}@{Environment.MachineName}";
            KeyFile.WritePrivate(path, key, format, passphrase, new KeyFileOptions { Rounds = arguments.GetValue(rounds) });
            KeyFile.WritePublic(publicPath, key.PublicKey, comment: key.Comment);
            ReportWritten(path, key.PublicKey, key.Comment, arguments.GetValue(json));
            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }

    private static Option<int?> Rounds() =>
        new("--rounds") { Description = "the work between passphrase and key: bcrypt rounds, PBKDF2 iterations or Argon2 passes", HelpName = "N" };

    private static (string Type, int Bits) TypeOf(string name, int bits) => (name, bits) switch
    {
        ("ed25519", _) => (KeyTypes.Ed25519, bits),
        ("rsa", _) => (KeyTypes.Rsa, bits),
        ("ecdsa", 0 or 256) => (KeyTypes.EcdsaNistP256, 0),
        ("ecdsa", 384) => (KeyTypes.EcdsaNistP384, 0),
        ("ecdsa", 521) => (KeyTypes.EcdsaNistP521, 0),
        ("ecdsa", _) => throw new LocalMisuseException(SshErrorCode.Misuse, $"An ECDSA key cannot have {bits} bits.", "Give -b 256, 384 or 521."),
        _ => (name, bits),
    };

    private static void WritePrivate(PrivateKey key, KeyFileFormat format, string passphrase, KeyFileOptions options, string? output, string from)
    {
        if (output is null)
        {
            throw new LocalMisuseException(
                SshErrorCode.Misuse, $"The private key {from} is not written to standard output unless that is asked for.",
                "Give -o FILE, which its owner alone may read, or -o -.");
        }

        if (output != StandardOutput)
        {
            KeyFile.WritePrivate(output, key, format, passphrase, options);
            return;
        }

        byte[] content = KeyFile.Write(key, format, passphrase, options);
        using Stream stream = Console.OpenStandardOutput();
        stream.Write(content);
        ConstantTime.Zero(content);
    }

    private static void WritePublic(PublicKey key, KeyFileFormat format, string comment, string output)
    {
        if (output != StandardOutput)
        {
            KeyFile.WritePublic(output, key, format, comment);
            return;
        }

        using Stream stream = Console.OpenStandardOutput();
        stream.Write(Encoding.UTF8.GetBytes(KeyFile.WritePublic(key, format, comment)));
    }

    // An encrypted file does not tell everything of what was just put into it.
    private static void ReportWritten(string? output, PublicKey key, string comment, bool asJson)
    {
        if (output is null or StandardOutput)
            return;
        KeyFileInfo written = KeyFile.Inspect(output);
        bool hasComment = comment.Length > 0 && written.Format is not (KeyFileFormat.Pem or KeyFileFormat.Pkcs8 or KeyFileFormat.PemPublic);
        written = written with { Type = key.Type, PublicKey = key, Comment = hasComment ? comment : null };
        if (asJson)
            JsonOutput.Write(KeyReport.ToJson(output, written));
        else
            Console.Write(KeyReport.ToText(output, written));
    }
}
