using LucidSsh.Wire;

namespace LucidSsh.Lab;

/// <summary>The line of a peer's configuration that mends a finding, in the language of its program. All names of a list go into one
/// line, because most programs read a directive once.</summary>
internal static class ConfigurationLine
{
    /// <summary>Takes names out of a list.</summary>
    /// <param name="software">The peer's program, or null.</param>
    /// <param name="isClient">True for a client's configuration.</param>
    /// <param name="list">The policy's name for the list.</param>
    /// <param name="names">What goes.</param>
    /// <param name="kept">What stays, in order.</param>
    public static string Remove(PeerSoftware? software, bool isClient, string list, IReadOnlyList<string> names, IReadOnlyList<string> kept)
    {
        string gone = string.Join(',', names);
        string left = string.Join(',', kept);
        return software?.Name switch
        {
            "OpenSSH" or "OpenSSH for Windows" => $"{(isClient ? "ssh_config" : "sshd_config")}: {OpenSsh(list)} -{gone}",
            "Dropbear" => $"localoptions.h, then build anew: {string.Join(", ", names.Select(Dropbear).Distinct())}",
            "ProFTPD mod_sftp" => $"proftpd.conf: {ModSftp(list)} {left.Replace(',', ' ')}",
            "MikroTik RouterOS" => "/ip ssh set strong-crypto=yes",
            "Cisco IOS" => $"ip ssh server algorithm {Cisco(list)} {left.Replace(',', ' ')}",
            "Lucid SSH" => $"{(isClient ? "SshClientOptions" : "SshServerOptions")}.Algorithms: Apply({Lucid(list)}: \"-{gone}\")",
            "AsyncSSH" => $"{(isClient ? "connect" : "listen")}(…, {AsyncSsh(list)}=[{string.Join(", ", kept.Select(name => $"'{name}'"))}])",
            "Paramiko" => $"disabled_algorithms={{'{Paramiko(list)}': [{string.Join(", ", names.Select(name => $"'{name}'"))}]}}",
            _ => $"Take {gone} out of the {(isClient ? "client" : "server")}'s list of {Noun(list)}.",
        };
    }

    /// <summary>Puts names at the beginning of a list.</summary>
    public static string Add(PeerSoftware? software, bool isClient, string list, string names) => software?.Name switch
    {
        "OpenSSH" or "OpenSSH for Windows" => $"{(isClient ? "ssh_config" : "sshd_config")}: {OpenSsh(list)} ^{names}",
        "Lucid SSH" => $"{(isClient ? "SshClientOptions" : "SshServerOptions")}.Algorithms: Apply({Lucid(list)}: \"^{names}\")",
        _ => $"Add {names} to the {(isClient ? "client" : "server")}'s list of {Noun(list)}, or upgrade it.",
    };

    /// <summary>What people call a list.</summary>
    public static string Noun(string list) => list switch
    {
        "kex" => "key exchange methods",
        "hostkey" => "host key algorithms",
        "cipher" => "ciphers",
        "mac" => "MACs",
        _ => "compression methods",
    };

    private static string OpenSsh(string list) => list switch
    {
        "kex" => "KexAlgorithms",
        "hostkey" => "HostKeyAlgorithms",
        "cipher" => "Ciphers",
        "mac" => "MACs",
        _ => "Compression",
    };

    private static string ModSftp(string list) => list switch
    {
        "kex" => "SFTPKeyExchanges",
        "hostkey" => "SFTPHostKeys",
        "cipher" => "SFTPCiphers",
        "mac" => "SFTPDigests",
        _ => "SFTPCompression",
    };

    private static string Cisco(string list) => list switch
    {
        "kex" => "kex",
        "hostkey" => "hostkey",
        "cipher" => "encryption",
        "mac" => "mac",
        _ => "compression",
    };

    private static string Lucid(string list) => list switch
    {
        "kex" => "keyExchange",
        "hostkey" => "hostKeys",
        "cipher" => "ciphers",
        "mac" => "macs",
        _ => "compression",
    };

    private static string AsyncSsh(string list) => list switch
    {
        "kex" => "kex_algs",
        "hostkey" => "server_host_key_algs",
        "cipher" => "encryption_algs",
        "mac" => "mac_algs",
        _ => "compression_algs",
    };

    private static string Paramiko(string list) => list switch
    {
        "hostkey" => "keys",
        "mac" => "macs",
        "cipher" => "ciphers",
        _ => list,
    };

    // Dropbear's switches (default_options.h).
    private static string Dropbear(string name) => name switch
    {
        _ when name.StartsWith("diffie-hellman-group14-sha1", StringComparison.Ordinal) => "#define DROPBEAR_DH_GROUP14_SHA1 0",
        _ when name.StartsWith("diffie-hellman-group14", StringComparison.Ordinal) => "#define DROPBEAR_DH_GROUP14_SHA256 0",
        _ when name.StartsWith("diffie-hellman-group1-", StringComparison.Ordinal) => "#define DROPBEAR_DH_GROUP1 0",
        "ssh-rsa" => "#define DROPBEAR_RSA_SHA1 0",
        "ssh-dss" => "#define DROPBEAR_DSS 0",
        "hmac-sha1-96" => "#define DROPBEAR_SHA1_96_HMAC 0",
        "hmac-sha1" => "#define DROPBEAR_SHA1_HMAC 0",
        "hmac-sha2-256" => "#define DROPBEAR_SHA2_256_HMAC 0",
        "hmac-sha2-512" => "#define DROPBEAR_SHA2_512_HMAC 0",
        "3des-cbc" or "3des-ctr" => "#define DROPBEAR_3DES 0",
        _ when name.EndsWith("-cbc", StringComparison.Ordinal) => "#define DROPBEAR_ENABLE_CBC_MODE 0",
        _ => $"take {name} out",
    };
}
