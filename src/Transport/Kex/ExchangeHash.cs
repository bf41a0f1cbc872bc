using System.Buffers.Binary;
using System.Text;
using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>The hash over everything both sides said, which the server signs (RFC 4253 section 8, RFC 5656 section 4,
/// RFC 4419 section 3).</summary>
internal static class ExchangeHash
{
    /// <summary>HASH(V_C ‖ V_S ‖ I_C ‖ I_S ‖ K_S ‖ group parameters ‖ client value ‖ server value ‖ K), each as a string but
    /// the parameters of a group exchange (empty for every other method) and K, which are encoded already.</summary>
    public static byte[] Compute(
        HashName name,
        string clientLine,
        string serverLine,
        ReadOnlySpan<byte> clientInit,
        ReadOnlySpan<byte> serverInit,
        ReadOnlySpan<byte> hostKey,
        ReadOnlySpan<byte> groupParameters,
        ReadOnlySpan<byte> clientValue,
        ReadOnlySpan<byte> serverValue,
        ReadOnlySpan<byte> encodedSecret)
    {
        using Hash hash = Hash.Create(name);
        AppendString(hash, Encoding.ASCII.GetBytes(clientLine));
        AppendString(hash, Encoding.ASCII.GetBytes(serverLine));
        AppendString(hash, clientInit);
        AppendString(hash, serverInit);
        AppendString(hash, hostKey);
        hash.Append(groupParameters);
        AppendString(hash, clientValue);
        AppendString(hash, serverValue);
        hash.Append(encodedSecret);
        byte[] result = new byte[hash.Size];
        hash.Finish(result);
        return result;
    }

    private static void AppendString(Hash hash, ReadOnlySpan<byte> value)
    {
        Span<byte> length = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(length, (uint)value.Length);
        hash.Append(length);
        hash.Append(value);
    }
}
