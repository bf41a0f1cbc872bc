using System.Runtime.InteropServices;
using System.Text;

namespace LucidSsh.Crypto;

/// <summary>A key file's bytes as every format expects them: without a byte order mark, and in UTF-8 where an editor or a shell
/// (PowerShell's <c>&gt;</c>) has stored them as UTF-16. What is made on the way is zeroed.</summary>
internal readonly ref struct KeyFileText : IDisposable
{
    private readonly Secret? _transcoded;

    public KeyFileText(ReadOnlySpan<byte> content)
    {
        _transcoded = content switch
        {
            [0xff, 0xfe, ..] => FromUtf16(content[2..], Encoding.Unicode),
            [0xfe, 0xff, ..] => FromUtf16(content[2..], Encoding.BigEndianUnicode),
            _ => null,
        };
        Bytes = _transcoded is not null ? _transcoded.Span : content.StartsWith(Encoding.UTF8.Preamble) ? content[3..] : content;
    }

    /// <summary>The bytes; they may be those that were given.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    public void Dispose() => _transcoded?.Dispose();

    private static Secret FromUtf16(ReadOnlySpan<byte> content, Encoding encoding)
    {
        using Secret memory = new(sizeof(char) * encoding.GetCharCount(content));
        Span<char> text = MemoryMarshal.Cast<byte, char>(memory.Span);
        encoding.GetChars(content, text);
        Secret utf8 = new(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, utf8.Span);
        return utf8;
    }
}
