namespace LucidSsh.Sftp;

/// <summary>The status codes of SFTP. Version 3 (draft-ietf-secsh-filexfer-02 section 7) has 0 to 8; some servers send later ones.</summary>
public enum SftpStatusCode
{
#pragma warning disable CS1591 // the names are the draft's
    Ok = 0,
    Eof = 1,
    NoSuchFile = 2,
    PermissionDenied = 3,
    Failure = 4,
    BadMessage = 5,
    NoConnection = 6,
    ConnectionLost = 7,
    OpUnsupported = 8,
    InvalidHandle = 9,
    NoSuchPath = 10,
    FileAlreadyExists = 11,
    WriteProtect = 12,
    NoMedia = 13,
    NoSpaceOnFilesystem = 14,
    QuotaExceeded = 15,
    UnknownPrincipal = 16,
    LockConflict = 17,
    DirNotEmpty = 18,
    NotADirectory = 19,
    InvalidFilename = 20,
    LinkLoop = 21,
#pragma warning restore CS1591
}

/// <summary>Status codes in words.</summary>
internal static class SftpStatusCodes
{
    public static string Describe(SftpStatusCode code) => code switch
    {
        SftpStatusCode.Ok => "success",
        SftpStatusCode.Eof => "end of file",
        SftpStatusCode.NoSuchFile => "no such file or directory",
        SftpStatusCode.PermissionDenied => "permission denied",
        SftpStatusCode.Failure => "failure",
        SftpStatusCode.BadMessage => "bad message",
        SftpStatusCode.NoConnection => "no connection",
        SftpStatusCode.ConnectionLost => "connection lost",
        SftpStatusCode.OpUnsupported => "operation not supported",
        SftpStatusCode.InvalidHandle => "invalid handle",
        SftpStatusCode.NoSuchPath => "no such path",
        SftpStatusCode.FileAlreadyExists => "the file exists already",
        SftpStatusCode.WriteProtect => "write-protected",
        SftpStatusCode.NoMedia => "no media",
        SftpStatusCode.NoSpaceOnFilesystem => "no space left",
        SftpStatusCode.QuotaExceeded => "quota exceeded",
        SftpStatusCode.UnknownPrincipal => "unknown principal",
        SftpStatusCode.LockConflict => "locked",
        SftpStatusCode.DirNotEmpty => "the directory is not empty",
        SftpStatusCode.NotADirectory => "not a directory",
        SftpStatusCode.InvalidFilename => "invalid file name",
        SftpStatusCode.LinkLoop => "too many links",
        _ => $"status {(int)code}",
    };
}
