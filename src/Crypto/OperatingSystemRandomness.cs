using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace LucidSsh.Crypto;

/// <summary>Seeds from the operating system's kernel, without the base library's RandomNumberGenerator, which needs OpenSSL on
/// Linux: getrandom(2) on Linux, getentropy(3) on macOS, BCryptGenRandom on Windows, and /dev/urandom where there is nothing
/// better or the call is refused. These are calls into the system that is there anyway; nothing native is shipped.</summary>
internal static unsafe partial class OperatingSystemRandomness
{
    private const int InterruptedError = 4; // EINTR, on every Unix
    private const uint UseSystemPreferredGenerator = 2; // BCRYPT_USE_SYSTEM_PREFERRED_RNG

    /// <summary>Fills <paramref name="destination"/> (at most 256 bytes, getentropy's bound) or throws
    /// <see cref="CryptographicException"/>.</summary>
    public static void Fill(Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, 256, nameof(destination));
        if (!TryKernel(destination))
        {
            ReadDevice("/dev/urandom", destination);
        }
    }

    /// <summary>Reads a random device's bytes, exactly as many as asked for.</summary>
    internal static void ReadDevice(string path, Span<byte> destination)
    {
        try
        {
            using FileStream device = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            device.ReadExactly(destination);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CryptographicException(
                $"The system gave no randomness: its random-number call failed and {path} could not be read. "
                + "Without randomness no connection is safe; make that device available (in a container or chroot, bind it in).",
                failure);
        }
    }

    private static bool TryKernel(Span<byte> destination)
    {
        try
        {
            fixed (byte* buffer = destination)
            {
                if (OperatingSystem.IsLinux())
                {
                    return TryGetRandom(buffer, (nuint)destination.Length);
                }
                if (OperatingSystem.IsMacOS())
                {
                    return GetEntropy(buffer, (nuint)destination.Length) == 0;
                }
                return OperatingSystem.IsWindows()
                    && BCryptGenRandom(0, buffer, (uint)destination.Length, UseSystemPreferredGenerator) == 0;
            }
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            return false; // an old C library
        }
    }

    private static bool TryGetRandom(byte* buffer, nuint length)
    {
        while (length > 0)
        {
            nint got = GetRandom(buffer, length, 0);
            if (got > 0)
            {
                buffer += got;
                length -= (nuint)got;
            }
            else if (got == 0 || Marshal.GetLastPInvokeError() != InterruptedError)
            {
                return false;
            }
        }
        return true;
    }

    [LibraryImport("libc", EntryPoint = "getrandom", SetLastError = true)]
    private static partial nint GetRandom(byte* buffer, nuint length, uint flags);

    [LibraryImport("libc", EntryPoint = "getentropy")]
    private static partial int GetEntropy(byte* buffer, nuint length);

    [LibraryImport("bcrypt.dll", EntryPoint = "BCryptGenRandom")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int BCryptGenRandom(nint algorithm, byte* buffer, uint length, uint flags);
}
