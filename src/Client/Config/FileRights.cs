using System.Buffers.Binary;
using System.Runtime.InteropServices;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>Who may change a file.</summary>
internal static partial class FileRights
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const uint WantsOwner = 0x8; // STATX_UID
    private const int StatxSize = 256;
    private const int OwnerOffset = 20; // stx_uid in struct statx, which is the same on every Linux (statx(2))

    /// <summary>Whoever may change the file besides its user and root, in words; null where nobody may. Rights that cannot be learnt on
    /// this system (the owner elsewhere than on Linux, lists of access rights) are taken for good.</summary>
    /// <exception cref="IOException">The file is not there.</exception>
    public static string? WhoElseMayWrite(string path)
    {
        if (OperatingSystem.IsWindows())
            return null;
        UnixFileMode mode = File.GetUnixFileMode(path);
        if (mode.HasFlag(UnixFileMode.OtherWrite))
            return "everybody";
        if (mode.HasFlag(UnixFileMode.GroupWrite))
            return "its group";
        if (!OperatingSystem.IsLinux())
            return null;
        Span<byte> status = stackalloc byte[StatxSize];
        if (Statx(CurrentDirectory, path, 0, WantsOwner, status) != 0)
            return null;
        uint owner = BinaryPrimitives.ReadUInt32LittleEndian(status[OwnerOffset..]);
        if (!BitConverter.IsLittleEndian)
            owner = BinaryPrimitives.ReverseEndianness(owner);
        return owner == 0 || owner == UserId() ? null : $"its owner, who is neither you nor root (user {owner})";
    }

    /// <summary>The number of the user who runs the program.</summary>
    public static uint UserNumber => OperatingSystem.IsWindows() ? 0 : UserId();

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "getuid")]
    private static partial uint UserId();
}
