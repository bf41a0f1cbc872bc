using System.Collections.Immutable;

namespace LucidSsh.Wire;

/// <summary>The programs whose identification lines are known.</summary>
internal static class KnownSoftware
{
    /// <summary>When the table was last gone through.</summary>
    public const string Date = "2026-11-24";

    /// <summary>A program.</summary>
    /// <param name="Beginning">How the software version of its line begins, whatever the case; the version follows.</param>
    /// <param name="Name">The program.</param>
    /// <param name="Note">What to know about it.</param>
    private readonly record struct Program(string Beginning, string Name, string? Note = null);

    // The longer of two beginnings first.
    private static readonly ImmutableArray<Program> ByBeginning =
    [
        new("LucidSsh", "Lucid SSH"),
        new("OpenSSH_for_Windows", "OpenSSH for Windows"),
        new("OpenSSH", "OpenSSH"),
        new("dropbear", "Dropbear"),
        new("libssh2", "libssh2", "The library under curl, PHP and the %Net.SSH classes of InterSystems IRIS."),
        new("libssh", "libssh"),
        new("paramiko", "Paramiko"),
        new("AsyncSSH", "AsyncSSH"),
        new("PuTTY", "PuTTY"),
        new("WinSCP", "WinSCP"),
        new("FileZilla", "FileZilla"),
        new("mod_sftp", "ProFTPD mod_sftp"),
        new("Erlang", "Erlang/OTP ssh", "Versions before OTP 27.3.3, 26.2.5.11 and 25.3.2.20 let anybody in (CVE-2025-32433)."),
        new("Go", "golang.org/x/crypto/ssh", "The line is the library's default and has no version."),
        new("SFTPGo", "SFTPGo"),
        new("russh", "russh"),
        new("thrussh", "thrussh"),
        new("CiscoSSH", "CiscoSSH"),
        new("Cisco", "Cisco IOS", "Its number is that of the SSH subsystem, not of IOS."),
        new("ROSSSH", "MikroTik RouterOS"),
        new("JSCH", "JSch"),
        new("SSHJ", "sshj"),
        new("APACHE-SSHD", "Apache MINA SSHD"),
        new("SSHD-CORE", "Apache MINA SSHD"),
        new("Renci.SshNet.SshClient", "SSH.NET"),
        new("SSH.NET", "SSH.NET"),
        new("dev-tunnels-ssh", "Microsoft Dev Tunnels SSH"),
        new("Twisted", "Twisted Conch"),
        new("wolfSSH", "wolfSSH"),
        new("phpseclib", "phpseclib"),
        new("ssh2js", "ssh2 (Node.js)"),
        new("Ganymed", "Ganymed SSH-2"),
        new("TrileadSSH2", "Trilead SSH"),
        new("Maverick", "Maverick (JADAPTIVE)"),
        new("Sun_SSH", "Sun SSH"),
        new("VShell", "VanDyke VShell"),
        new("SecureCRT", "VanDyke SecureCRT"),
        new("SecureFX", "VanDyke SecureFX"),
        new("SSHBlackbox", "SecureBlackbox"),
        new("CerberusFTPServer", "Cerberus FTP Server"),
        new("CompleteFTP", "CompleteFTP"),
        new("CoreFTP", "Core FTP"),
        new("Serv-U", "Serv-U"),
        new("GlobalSCAPE", "Globalscape EFT"),
        new("ReflectionForSecureIT", "Reflection for Secure IT"),
        new("xlightftpd", "Xlight FTP Server"),
        new("AWS_SFTP", "AWS Transfer Family"),
        new("AzureSSH", "Azure Blob Storage SFTP"),
        new("GitLab-SSHD", "GitLab"),
        new("babeld", "GitHub"),
        new("HUAWEI", "Huawei VRP"),
        new("Comware", "H3C/HPE Comware"),
        new("RomSShell", "Allegro RomSShell"),
        new("Mocana SSH", "Mocana"),
        new("IPSSH", "Wind River IPSSH"),
        new("NetScreen", "Juniper ScreenOS"),
        new("lancom", "LANCOM LCOS"),
        new("FortiSSH", "Fortinet"),
        new("ConfD", "Tail-f ConfD"),
        new("Zyxel", "Zyxel"),
        new("GoAnywhere", "GoAnywhere MFT"),
        new("IRIS", "InterSystems IRIS"),
    ];

    // Programs that put their version first and their name behind a blank.
    private static readonly ImmutableArray<Program> ByComment =
    [
        new("Bitvise SSH Server", "Bitvise SSH Server"),
        new("Bitvise", "Bitvise SSH Client"),
        new("FlowSsh", "Bitvise FlowSsh"),
        new("Tectia", "SSH Tectia"),
        new("SSH Secure Shell", "SSH Secure Shell"),
        new("VShell", "VanDyke VShell"),
        new("sshlib", "Bitvise sshlib"),
    ];

    /// <summary>The program behind a line, or null.</summary>
    public static PeerSoftware? Recognise(string line)
    {
        string[] parts = line.Split('-', 3); // "SSH", protocol version, software version and comments
        if (parts is not ["SSH", _, { Length: > 0 } software])
            return null;
        int blank = software.IndexOf(' ', StringComparison.Ordinal);
        string? comments = blank < 0 ? null : software[(blank + 1)..];
        foreach (Program program in ByBeginning)
        {
            if (software.StartsWith(program.Beginning, StringComparison.OrdinalIgnoreCase) && EndsThere(software, program.Beginning.Length))
                return new PeerSoftware(program.Name, Version(software[program.Beginning.Length..]), comments, program.Note);
        }

        foreach (Program program in ByComment)
        {
            if (comments?.Contains(program.Beginning, StringComparison.OrdinalIgnoreCase) is true)
                return new PeerSoftware(program.Name, Version(software), comments, program.Note);
        }

        return null;
    }

    // "Go" is a program, "Gopher" would be another; "wolfSSHv1.4" has its version right behind the name.
    private static bool EndsThere(string software, int length)
    {
        if (software.Length == length || !char.IsAsciiLetter(software[length]))
            return true;
        return software[length] == 'v' && software.Length > length + 1 && char.IsAsciiDigit(software[length + 1]);
    }

    // "_Release_0.83" and "_release_6.3.3" are PuTTY's and WinSCP's way to say it.
    private static string? Version(string rest)
    {
        string first = rest.Split(' ')[0].TrimStart('_', '-', '/', '.', 'v');
        if (first.StartsWith("release_", StringComparison.OrdinalIgnoreCase))
            first = first["release_".Length..];
        return first.Any(char.IsAsciiDigit) ? first : null;
    }
}
