using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary>Reads what OpenSSH's programs print: ssh -v to -vvv, sftp, scp, and sshd's own log at a DEBUG level. The complete lists of
/// both sides are there from -vv on.</summary>
internal sealed partial class OpenSshLog
{
    private readonly List<Remark> _remarks = [];
    private readonly List<LoginAttempt> _attempts = [];
    private readonly Dictionary<bool, Dictionary<string, string>> _proposals = [];
    private NegotiationReport _report = new();
    private Dictionary<string, string>? _open;
    private ImmutableArray<string> _offered = [];
    private ImmutableArray<string> _canContinue = [];
    private string _user = "";
    private bool _succeeded;
    private bool _isServer;
    private bool _isRecognised;

    /// <summary>Explains such a text; null where it is none.</summary>
    public static Explanation? TryExplain(string text)
    {
        OpenSshLog log = new() { _isServer = text.Contains("local server KEXINIT proposal", StringComparison.Ordinal) };
        foreach (string line in text.Split('\n'))
            log.Read(Child().Replace(line.TrimEnd(), ""));
        return log._isRecognised ? log.Finish() : null;
    }

    private Explanation Finish()
    {
        if (_proposals.TryGetValue(true, out Dictionary<string, string>? client) && _proposals.TryGetValue(false, out Dictionary<string, string>? server))
        {
            _report = _report.Negotiate(KexInitOf(client), KexInitOf(server));
            _remarks.RemoveAll(remark => remark.Code == "unable-to-negotiate" && _report.FirstMismatch is not null); // told in full by the lists
        }

        if (_offered.Length > 0 || _attempts.Count > 0 || _succeeded)
        {
            _report = _report with
            {
                Login = new LoginReport { User = _user, Succeeded = _succeeded, Attempts = [.. _attempts], MethodsOffered = _offered, CanContinue = _succeeded ? [] : _canContinue },
            };
        }

        bool isSeen = _report.ClientVersion is not null || _report.ServerVersion is not null || _report.Algorithms.Length > 0 || _report.Login is not null;
        return Explanation.Of(_isServer ? "a log of OpenSSH's server" : "the output of OpenSSH's ssh", isSeen ? _report : null, _remarks);
    }

    private void Read(string line)
    {
        string text = Prefix().Replace(line, "");
        if (text.Length != line.Length)
            _isRecognised = true;
        if (ReadProposal(text))
            return;
        ReadVersion(text);
        ReadLogin(text);
        foreach (OpenSshRule rule in OpenSshRule.All)
        {
            if (rule.Pattern.Match(text) is not { Success: true } match)
                continue;
            _isRecognised = true;
            _remarks.Add(rule.Apply(match));
            return;
        }
    }

    private bool ReadProposal(string text)
    {
        if (Proposal().Match(text) is { Success: true } begin)
        {
            _isRecognised = true;
            bool isClient = begin.Groups["side"].Value == "client";
            _open = _proposals.TryGetValue(isClient, out _) ? null : _proposals[isClient] = []; // a later key exchange tells nothing new
            return true;
        }

        if (_open is null || ProposalLine().Match(text) is not { Success: true } line)
        {
            _open = null;
            return false;
        }

        _open[line.Groups["name"].Value] = line.Groups["list"].Value;
        return true;
    }

    private void ReadVersion(string text)
    {
        if (Local().Match(text) is { Success: true } local)
            _report = _isServer ? _report with { ServerVersion = Safe(local) } : _report with { ClientVersion = Safe(local) };
        else if (Remote().Match(text) is { Success: true } remote)
            _report = _isServer ? _report with { ClientVersion = "SSH-2.0-" + Safe(remote) } : _report with { ServerVersion = "SSH-2.0-" + Safe(remote) };
        else if (HostKey().Match(text) is { Success: true } key)
            _report = _report with { HostKey = new HostKeyReport(key.Groups[1].Value, "") { Sha256 = key.Groups[2].Value } };
        else if (User().Match(text) is { Success: true } user)
            _user = Safe(user);
    }

    private void ReadLogin(string text)
    {
        if (CanContinue().Match(text) is { Success: true } methods)
        {
            _canContinue = NameListText.Parse(methods.Groups[1].Value);
            if (_offered.IsEmpty)
                _offered = _canContinue;
            EndAttempt(LoginOutcome.Refused);
        }
        else if (Offering().Match(text) is { Success: true } key)
        {
            _attempts.Add(new LoginAttempt("publickey", $"the key {Safe(key)}", LoginOutcome.NotTried) { KeyType = key.Groups["type"].Value, KeyFingerprint = key.Groups["print"].Value });
        }
        else if (text.StartsWith("Server accepts key", StringComparison.Ordinal) && _attempts.Count > 0)
        {
            _attempts[^1] = _attempts[^1] with { Detail = "the server knows the key" };
        }
        else if (Next().Match(text) is { Success: true } next && next.Groups[1].Value != "publickey")
        {
            _attempts.Add(new LoginAttempt(Safe(next), $"the answer to {Safe(next)}", LoginOutcome.NotTried));
        }
        else if (text.StartsWith("Authenticated using \"", StringComparison.Ordinal) && text.Contains("partial success", StringComparison.Ordinal))
        {
            EndAttempt(LoginOutcome.PartialSuccess);
        }
        else if (Success().IsMatch(text))
        {
            _succeeded = true;
            EndAttempt(LoginOutcome.Accepted);
        }
    }

    private void EndAttempt(LoginOutcome outcome)
    {
        if (_attempts.Count == 0 || _attempts[^1].Outcome != LoginOutcome.NotTried)
            return;
        if (outcome == LoginOutcome.Refused && _attempts[^1].Detail is not null)
            outcome = LoginOutcome.KeyAcceptedSignatureRefused;
        _attempts[^1] = _attempts[^1] with { Outcome = outcome, CanContinue = _canContinue };
    }

    private static string Safe(Match match) => TerminalText.OneLine(match.Groups[1].Value);

    private static KexInit KexInitOf(Dictionary<string, string> lines)
    {
        ImmutableArray<string> List(string name) => lines.TryGetValue(name, out string? list) ? NameListText.Parse(list) : [];
        return new KexInit
        {
            KexAlgorithms = List("KEX algorithms"),
            ServerHostKeyAlgorithms = List("host key algorithms"),
            EncryptionClientToServer = List("ciphers ctos"),
            EncryptionServerToClient = List("ciphers stoc"),
            MacClientToServer = List("MACs ctos"),
            MacServerToClient = List("MACs stoc"),
            CompressionClientToServer = List("compression ctos"),
            CompressionServerToClient = List("compression stoc"),
            LanguagesClientToServer = List("languages ctos"),
            LanguagesServerToClient = List("languages stoc"),
            FirstKexPacketFollows = lines.GetValueOrDefault("first_kex_follows")?.Trim() == "1",
            Reserved = uint.TryParse(lines.GetValueOrDefault("reserved"), NumberStyles.None, CultureInfo.InvariantCulture, out uint reserved) ? reserved : 0,
        };
    }

    // What sshd's child in its cage says, its parent marks.
    [GeneratedRegex(@" \[preauth\]$")]
    private static partial Regex Child();

    [GeneratedRegex(@"^(?:.*?(?:sshd|ssh)(?:-session|-auth)?\[\d+\]: )?debug[123]: ")]
    private static partial Regex Prefix();

    [GeneratedRegex(@"^(?:local|peer) (?<side>client|server) KEXINIT proposal")]
    private static partial Regex Proposal();

    [GeneratedRegex(@"^(?<name>KEX algorithms|host key algorithms|ciphers ctos|ciphers stoc|MACs ctos|MACs stoc|compression ctos|compression stoc|languages ctos|languages stoc|first_kex_follows|reserved):? (?<list>.*)$")]
    private static partial Regex ProposalLine();

    [GeneratedRegex(@"^Local version string (SSH-.*)$")]
    private static partial Regex Local();

    [GeneratedRegex(@"^(?:Remote|Client) protocol version [\d.]+[,;] (?:remote|client) software version (.*)$")]
    private static partial Regex Remote();

    [GeneratedRegex(@"^Server host key: (\S+) (SHA256:\S+)")]
    private static partial Regex HostKey();

    [GeneratedRegex(@"^Authenticating to \S+ as '(.*)'")]
    private static partial Regex User();

    [GeneratedRegex(@"^Authentications that can continue: (\S*)")]
    private static partial Regex CanContinue();

    [GeneratedRegex(@"^Offering public key: (.*?) (?<type>[\w-]+) (?<print>SHA256:\S+)")]
    private static partial Regex Offering();

    [GeneratedRegex(@"^Next authentication method: (\S+)")]
    private static partial Regex Next();

    [GeneratedRegex(@"^(?:Authentication succeeded|Authenticated to .* using ""[\w-]+""\.)")]
    private static partial Regex Success();
}
