using LucidSsh.Wire;

namespace LucidSsh.Tests.Wire;

/// <summary>Programs are recognised by the lines they introduce themselves with.</summary>
public class PeerSoftwareTests
{
    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3", "OpenSSH", "9.2p1", "Debian-2+deb12u3")]
    [InlineData("SSH-2.0-OpenSSH_for_Windows_9.5", "OpenSSH for Windows", "9.5", null)]
    [InlineData("SSH-1.99-OpenSSH_3.9p1", "OpenSSH", "3.9p1", null)]
    [InlineData("SSH-2.0-dropbear_2022.83", "Dropbear", "2022.83", null)]
    [InlineData("SSH-2.0-dropbear", "Dropbear", null, null)]
    [InlineData("SSH-2.0-libssh_0.10.6", "libssh", "0.10.6", null)]
    [InlineData("SSH-2.0-libssh2_1.10.0", "libssh2", "1.10.0", null)]
    [InlineData("SSH-2.0-paramiko_2.12.0", "Paramiko", "2.12.0", null)]
    [InlineData("SSH-2.0-AsyncSSH_2.10.1", "AsyncSSH", "2.10.1", null)]
    [InlineData("SSH-2.0-PuTTY_Release_0.78", "PuTTY", "0.78", null)]
    [InlineData("SSH-2.0-WinSCP_release_6.3.3", "WinSCP", "6.3.3", null)]
    [InlineData("SSH-2.0-mod_sftp/0.9.9", "ProFTPD mod_sftp", "0.9.9", null)]
    [InlineData("SSH-2.0-mod_sftp", "ProFTPD mod_sftp", null, null)]
    [InlineData("SSH-2.0-Erlang/4.15.3", "Erlang/OTP ssh", "4.15.3", null)]
    [InlineData("SSH-2.0-Go", "golang.org/x/crypto/ssh", null, null)]
    [InlineData("SSH-2.0-russh_0.44.0", "russh", "0.44.0", null)]
    [InlineData("SSH-2.0-Cisco-1.25", "Cisco IOS", "1.25", null)]
    [InlineData("SSH-2.0-ROSSSH", "MikroTik RouterOS", null, null)]
    [InlineData("SSH-2.0-JSCH-0.1.54", "JSch", "0.1.54", null)]
    [InlineData("SSH-2.0-JSCH_0.2.17", "JSch", "0.2.17", null)]
    [InlineData("SSH-2.0-APACHE-SSHD-2.9.2", "Apache MINA SSHD", "2.9.2", null)]
    [InlineData("SSH-2.0-8.49 FlowSsh: Bitvise SSH Server (WinSSHD) 8.49", "Bitvise SSH Server", "8.49", "FlowSsh: Bitvise SSH Server (WinSSHD) 8.49")]
    [InlineData("SSH-2.0-6.4.17.126 SSH Tectia Server", "SSH Tectia", "6.4.17.126", "SSH Tectia Server")]
    [InlineData("SSH-2.0-wolfSSHv1.4.12", "wolfSSH", "1.4.12", null)]
    [InlineData("SSH-2.0-LucidSsh_0.1.0", "Lucid SSH", "0.1.0", null)]
    public void Recognise_AKnownLine_GivesNameVersionAndComments(string line, string name, string? version, string? comments)
    {
        PeerSoftware? software = PeerSoftware.Recognise(line);
        Assert.Equal((name, version, comments), (software?.Name, software?.Version, software?.Comments));
    }

    [Theory]
    [InlineData("SSH-2.0-Gopher_1.0")]
    [InlineData("SSH-2.0-something else")]
    [InlineData("SSH-2.0-")]
    [InlineData("220 OpenSSH")]
    [InlineData("")]
    [InlineData(null)]
    public void Recognise_AnotherLine_GivesNothing(string? line) => Assert.Null(PeerSoftware.Recognise(line));
}
