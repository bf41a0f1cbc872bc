namespace LucidSsh.Transport;

/// <summary>Wireshark's SSH key log: a line per secret, found by the cookie of the side that wrote it.</summary>
internal static class KeyLogLines
{
    /// <summary>The lines of one key exchange. Wireshark 4.0 reads the first form, cookie and private value, alone; later versions
    /// read both, and of two lines for one cookie the last counts. So the shared secret comes last.</summary>
    public static string Of(ReadOnlySpan<byte> cookie, ReadOnlySpan<byte> privateValue, ReadOnlySpan<byte> sharedSecret)
    {
        string name = Convert.ToHexStringLower(cookie);
        ReadOnlySpan<byte> k = sharedSecret[sizeof(uint)..];
        if (k is [0, ..])
            k = k[1..]; // the sign's byte of an mpint, which readers add again
        string lines = privateValue.IsEmpty ? "" : $"{name} {Convert.ToHexStringLower(privateValue)}\n";
        return $"{lines}{name} SHARED_SECRET {Convert.ToHexStringLower(k)}\n";
    }
}
