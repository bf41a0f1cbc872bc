namespace LucidSsh.Crypto;

/// <summary>The hash functions of SSH. MD5 serves old PEM key files and IRIS's MD5 fingerprints only; SHA-1 known_hosts'
/// hashed names and what a user enables by name; SHA-224 PKCS#8 files whose passphrase is stretched with it.</summary>
internal enum HashName
{
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
    Sha224,
}
