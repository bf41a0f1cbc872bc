using Microsoft.Win32.SafeHandles;

namespace LucidSsh.Sftp;

/// <summary>The files an SFTP server shows. Paths are absolute, begin with <c>/</c> and hold no <c>.</c> or <c>..</c>. A method says no by
/// throwing: FileNotFoundException and DirectoryNotFoundException become "no such file", UnauthorizedAccessException "permission
/// denied", NotSupportedException "operation unsupported", any other IOException "failure" with its message.</summary>
public interface ISftpFileSystem
{
    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">How.</param>
    /// <param name="permissions">The permission bits of a file that is made, or null.</param>
    SafeFileHandle Open(string path, SftpOpenMode mode, uint? permissions);

    /// <summary>A directory's entries, without <c>.</c> and <c>..</c>.</summary>
    IEnumerable<(string Name, SftpAttributes Attributes)> List(string path);

    /// <summary>Attributes; of a link's target where <paramref name="followLink"/>.</summary>
    SftpAttributes GetAttributes(string path, bool followLink);

    /// <summary>Attributes of an open file.</summary>
    SftpAttributes GetAttributes(SafeFileHandle file);

    /// <summary>Changes the attributes that are not null; of a link's target where <paramref name="followLink"/>.</summary>
    void SetAttributes(string path, SftpAttributes attributes, bool followLink);

    /// <summary>Changes the attributes of an open file that are not null.</summary>
    void SetAttributes(SafeFileHandle file, SftpAttributes attributes);

    /// <summary>Makes a directory.</summary>
    void MakeDirectory(string path, uint? permissions);

    /// <summary>Removes an empty directory.</summary>
    void RemoveDirectory(string path);

    /// <summary>Removes a file or a link.</summary>
    void RemoveFile(string path);

    /// <summary>Renames; without <paramref name="overwrite"/> the new path must not exist.</summary>
    void Rename(string oldPath, string newPath, bool overwrite);

    /// <summary>The path without links.</summary>
    string RealPath(string path);

    /// <summary>Where a link leads.</summary>
    string ReadLink(string path);

    /// <summary>Makes a symbolic link.</summary>
    void MakeSymbolicLink(string linkPath, string target);

    /// <summary>The state of the file system.</summary>
    SftpFileSystemStatus GetStatus(string path);
}
