namespace LucidSsh.Crypto;

/// <summary>How a key file is written. What a file is, is found out from its content, never from its name.</summary>
public enum KeyFileFormat
{
    /// <summary>A private key in OpenSSH's own format, <c>-----BEGIN OPENSSH PRIVATE KEY-----</c>.</summary>
    OpenSsh,

    /// <summary>A private key in the old PEM format: <c>BEGIN RSA PRIVATE KEY</c> (PKCS#1, RFC 8017) or
    /// <c>BEGIN EC PRIVATE KEY</c> (SEC 1, RFC 5915), encrypted with the headers of RFC 1421.</summary>
    Pem,

    /// <summary>A private key in PKCS#8, <c>BEGIN PRIVATE KEY</c> or <c>BEGIN ENCRYPTED PRIVATE KEY</c> (RFC 5958).</summary>
    Pkcs8,

    /// <summary>A private key as PuTTY writes it (.ppk): version 2 and 3 are read, version 3 (PuTTY 0.75) is written.</summary>
    Putty,

    /// <summary>A public key on one line: type, base64, comment (.pub, authorized_keys).</summary>
    OpenSshPublic,

    /// <summary>A public key in RFC 4716, <c>---- BEGIN SSH2 PUBLIC KEY ----</c>.</summary>
    Rfc4716Public,

    /// <summary>A public key in PEM: <c>BEGIN PUBLIC KEY</c> (RFC 5280) or <c>BEGIN RSA PUBLIC KEY</c> (RFC 8017).</summary>
    PemPublic,

    /// <summary>A certificate on one line, as ssh-keygen writes it (<c>-cert.pub</c>).</summary>
    Certificate,
}
