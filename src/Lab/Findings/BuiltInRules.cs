using System.Collections.Immutable;

namespace LucidSsh.Lab;

/// <summary>What the built-in policy says about each algorithm that is not as it should be. Several rules may be about one name.</summary>
internal static class BuiltInRules
{
    /// <summary>When the table was last gone through.</summary>
    public const string Date = "2026-11-24";

    private const string Logjam = "RFC 9142 section 4; Logjam (CVE-2015-4000)";
    private const string Sha1InKex = "RFC 9142 section 4";
    private const string Sha1InSignatures = "RFC 8332; OpenSSH 8.8 release notes";
    private const string Curves = "SafeCurves; RFC 9142 section 4";
    private const string Sweet32 = "CVE-2016-2183 (Sweet32)";
    private const string Chaining = "CVE-2008-5161";
    private const string EncryptAndMac = "OpenSSH PROTOCOL section 1.5; Bellare and Namprempre 2000";

    /// <summary>All rules.</summary>
    public static ImmutableArray<PolicyRule> All { get; } =
    [
        new("kex", "diffie-hellman-group1-*", "kex.group-1024", FindingGrade.Broken, "use a group of 1024 bits that everybody shares", Logjam),
        new("kex", "gss-group1-*", "kex.group-1024", FindingGrade.Broken, "use a group of 1024 bits that everybody shares", Logjam),
        new("kex", "rsa1024-*", "kex.rsa-1024", FindingGrade.Broken, "use an RSA key of 1024 bits", "RFC 9142 section 4"),
        new("kex", "*-sha1", "kex.sha1", FindingGrade.Weak, "hash with SHA-1", Sha1InKex),
        new("kex", "gss-*-sha1-*", "kex.sha1", FindingGrade.Weak, "hash with SHA-1", Sha1InKex),
        new("kex", "diffie-hellman-group14-*", "kex.group-2048", FindingGrade.Legacy, "use a group of 2048 bits, which gives 112 bits of security", "RFC 9142 section 4"),
        new("kex", "gss-group14-*", "kex.group-2048", FindingGrade.Legacy, "use a group of 2048 bits, which gives 112 bits of security", "RFC 9142 section 4"),
        new("kex", "ecdh-sha2-nistp*", "kex.nist-curve", FindingGrade.Note, "use a curve whose constants are not explained", Curves),
        new("kex", "gss-nistp*", "kex.nist-curve", FindingGrade.Note, "use a curve whose constants are not explained", Curves),
        new("kex", "ecdh-sha2-1.*", "kex.rare-curve", FindingGrade.Legacy, "use a curve that next to nobody implements or examines", "RFC 5656 section 10.1"),
        new("kex", "ecmqv-*", "kex.rare-curve", FindingGrade.Legacy, "are a method that next to nobody implements or examines", "RFC 9142 section 4"),

        new("hostkey", "ssh-dss*", "hostkey.dsa", FindingGrade.Broken, "are DSA, which is limited to 1024 bits and SHA-1", "OpenSSH 7.0 and 9.8 release notes"),
        new("hostkey", "*x509v3-sign-dss*", "hostkey.dsa", FindingGrade.Broken, "are DSA, which is limited to 1024 bits and SHA-1", "RFC 6187"),
        new("hostkey", "x509v3-ssh-dss*", "hostkey.dsa", FindingGrade.Broken, "are DSA, which is limited to 1024 bits and SHA-1", "RFC 6187"),
        new("hostkey", "ssh-rsa*", "hostkey.sha1", FindingGrade.Weak, "sign with SHA-1", Sha1InSignatures),
        new("hostkey", "x509v3-sign-rsa*", "hostkey.sha1", FindingGrade.Weak, "sign with SHA-1", Sha1InSignatures),
        new("hostkey", "x509v3-ssh-rsa*", "hostkey.sha1", FindingGrade.Weak, "sign with SHA-1", Sha1InSignatures),
        new("hostkey", "*ecdsa-sha2-nistp*", "hostkey.nist-curve", FindingGrade.Note, "use a curve whose constants are not explained, and give the key away with a bad random number", Curves),

        new("cipher", "none", "cipher.none", FindingGrade.Broken, "encrypt nothing"),
        new("cipher", "arcfour*", "cipher.rc4", FindingGrade.Broken, "are RC4", "RFC 8758"),
        new("cipher", "des-*", "cipher.des", FindingGrade.Broken, "have keys of 56 bits", "FIPS 46-3, withdrawn in 2005"),
        new("cipher", "3des-*", "cipher.block-64", FindingGrade.Weak, "have blocks of 64 bits", Sweet32),
        new("cipher", "blowfish-*", "cipher.block-64", FindingGrade.Weak, "have blocks of 64 bits", Sweet32),
        new("cipher", "cast128-*", "cipher.block-64", FindingGrade.Weak, "have blocks of 64 bits", Sweet32),
        new("cipher", "idea-*", "cipher.block-64", FindingGrade.Weak, "have blocks of 64 bits", Sweet32),
        new("cipher", "*-cbc*", "cipher.cbc", FindingGrade.Weak, "chain blocks (CBC), which lets an attacker learn plaintext from how errors are answered", Chaining),
        new("cipher", "*-cfb*", "cipher.old-mode", FindingGrade.Legacy, "use a mode that nobody needs any more"),
        new("cipher", "*-ofb*", "cipher.old-mode", FindingGrade.Legacy, "use a mode that nobody needs any more"),
        new("cipher", "seed-*", "cipher.rare", FindingGrade.Legacy, "are a cipher that next to nobody implements or examines"),
        new("cipher", "serpent*", "cipher.rare", FindingGrade.Legacy, "are a cipher that next to nobody implements or examines"),
        new("cipher", "twofish*", "cipher.rare", FindingGrade.Legacy, "are a cipher that next to nobody implements or examines"),

        new("mac", "none", "mac.none", FindingGrade.Broken, "authenticate nothing"),
        new("mac", "hmac-md5*", "mac.md5", FindingGrade.Weak, "use MD5", "RFC 6151"),
        new("mac", "hmac-sha1*", "mac.sha1", FindingGrade.Legacy, "use SHA-1", "NIST SP 800-131A"),
        new("mac", "hmac-ripemd160*", "mac.ripemd", FindingGrade.Legacy, "use RIPEMD-160"),
        new("mac", "*-96*", "mac.truncated", FindingGrade.Legacy, "cut the tag to 96 bits"),
        new("mac", "umac-64*", "mac.tag-64", FindingGrade.Legacy, "have tags of 64 bits", "RFC 4418 section 6"),
        new("mac", "umac-32*", "mac.tag-64", FindingGrade.Weak, "have tags of 32 bits", "RFC 4418 section 6"),

        new("compression", "zlib", "compression.before-login", FindingGrade.Note, "compress before the login, which lets everybody reach the decompressor", "OpenSSH PROTOCOL section 1.2"),
    ];

    /// <summary>A MAC over the plaintext: all but the encrypt-then-MAC names and those that belong to an authenticated cipher.</summary>
    public static PolicyRule PlaintextMac { get; } =
        new("mac", "*", "mac.encrypt-and-mac", FindingGrade.Legacy, "are computed over the plaintext (encrypt-and-MAC)", EncryptAndMac);
}
