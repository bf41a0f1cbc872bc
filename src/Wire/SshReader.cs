using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace LucidSsh.Wire;

/// <summary>Reads SSH's types (RFC 4251 section 5) from a payload. The first field that does not fit is remembered by name and
/// every later read yields an empty value, so that a message is read in a straight line and checked once, by
/// <see cref="Complete"/>. Nothing is allocated from a length the peer sent.</summary>
/// <param name="input">The payload.</param>
/// <param name="log">Takes every field that is read; null where nobody looks.</param>
internal ref struct SshReader(ReadOnlySpan<byte> input, FieldLog? log = null)
{
    private readonly FieldLog? _log = log;
    private ReadOnlySpan<byte> _rest = input;

    /// <summary>The first field that did not fit and why, or null.</summary>
    public string? Fault { get; private set; }

    /// <summary>Bytes not read yet; 0 after a fault.</summary>
    public readonly int Remaining => _rest.Length;

    /// <summary>True when every byte was read and every field fitted.</summary>
    public bool Complete()
    {
        if (!_rest.IsEmpty)
            Fail($"{_rest.Length} bytes follow the last field");
        return Fault is null;
    }

    /// <summary>Records that a field's value cannot be accepted; the first fault stays.</summary>
    public void Fail(string fault)
    {
        Fault ??= fault;
        _rest = default;
    }

    /// <summary>A fixed number of raw bytes.</summary>
    public ReadOnlySpan<byte> Bytes(int count, string field)
    {
        ReadOnlySpan<byte> taken = Take(count, field);
        if (_log is not null && Fault is null)
            _log.Add(field, taken);
        return taken;
    }

    /// <summary>All bytes that remain.</summary>
    public ReadOnlySpan<byte> Rest()
    {
        ReadOnlySpan<byte> taken = _rest;
        _rest = default;
        if (_log is not null && !taken.IsEmpty)
            _log.Add("rest", taken);
        return taken;
    }

    /// <summary>All bytes that remain, which may hold a secret; see <see cref="Secret"/>.</summary>
    public ReadOnlySpan<byte> SecretRest(string field)
    {
        ReadOnlySpan<byte> taken = _rest;
        _rest = default;
        if (_log is null || taken.IsEmpty)
            return taken;
        _log.AddSecret(field);
        return default;
    }

    /// <summary>byte.</summary>
    public byte Byte(string field)
    {
        byte value = Take(1, field) is [var taken] ? taken : (byte)0;
        if (_log is not null && Fault is null)
            _log.Add(field, $"{value}");
        return value;
    }

    /// <summary>boolean: zero is false, every other value true (RFC 4251 section 5).</summary>
    public bool Boolean(string field)
    {
        bool value = Take(1, field) is [not 0];
        if (_log is not null && Fault is null)
            _log.Add(field, value ? "true" : "false");
        return value;
    }

    /// <summary>uint32.</summary>
    public uint UInt32(string field)
    {
        uint value = TakeUInt32(field);
        if (_log is not null && Fault is null)
            _log.Add(field, $"{value}");
        return value;
    }

    /// <summary>uint64.</summary>
    public ulong UInt64(string field)
    {
        ulong value = Take(8, field) is { Length: 8 } b ? BinaryPrimitives.ReadUInt64BigEndian(b) : 0;
        if (_log is not null && Fault is null)
            _log.Add(field, $"{value}");
        return value;
    }

    /// <summary>string: its bytes, where they lie. <paramref name="limit"/> is the most this field may hold.</summary>
    public ReadOnlySpan<byte> String(string field, int limit = int.MaxValue)
    {
        ReadOnlySpan<byte> value = TakeString(field, limit);
        if (_log is not null && Fault is null)
            _log.Add(field, value);
        return value;
    }

    /// <summary>string holding a secret: a log sees no more than that there is one, and a reader that logs does not give it out.</summary>
    public ReadOnlySpan<byte> Secret(string field, int limit)
    {
        ReadOnlySpan<byte> value = TakeString(field, limit);
        if (_log is null)
            return value;
        _log.AddSecret(field);
        return default;
    }

    /// <summary>string holding text for people: UTF-8; bytes that are not become U+FFFD.</summary>
    public string Text(string field, int limit = WireLimits.Text)
    {
        string value = Encoding.UTF8.GetString(TakeString(field, limit));
        if (_log is not null && Fault is null)
            _log.Add(field, value);
        return value;
    }

    /// <summary>string holding one name: 1 to 64 printable US-ASCII characters, no comma (RFC 4251 section 6).</summary>
    public string Name(string field)
    {
        ReadOnlySpan<byte> bytes = TakeString(field, WireLimits.Name);
        if (Fault is null && !Names.IsValid(bytes))
            Fail($"{field} is not a name (1 to 64 printable ASCII characters without comma)");
        string name = Fault is null ? Names.Intern(bytes) : "";
        if (_log is not null && Fault is null)
            _log.Add(field, name);
        return name;
    }

    /// <summary>name-list: comma-separated names, possibly none. Names that break the rules are kept out of the list by a fault.</summary>
    public ImmutableArray<string> NameList(string field)
    {
        ReadOnlySpan<byte> bytes = TakeString(field, int.MaxValue);
        if (_log is not null && Fault is null)
            _log.Add(field, Encoding.UTF8.GetString(bytes));
        if (bytes.IsEmpty)
            return [];

        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
        foreach (Range range in bytes.Split((byte)','))
        {
            ReadOnlySpan<byte> name = bytes[range];
            if (names.Count == WireLimits.NamesInList || !Names.IsValid(name))
            {
                Fail(names.Count == WireLimits.NamesInList
                    ? $"{field} has more than {WireLimits.NamesInList} names"
                    : $"{field} has an entry that is no name (entry {names.Count + 1})");
                return [];
            }

            names.Add(Names.Intern(name));
        }

        return names.ToImmutable();
    }

    /// <summary>mpint that must not be negative: its magnitude, big-endian, without leading zeros. A form with needless leading
    /// zero bytes is a fault, as RFC 4251 section 5 forbids it.</summary>
    public ReadOnlySpan<byte> MpInt(string field)
    {
        ReadOnlySpan<byte> bytes = TakeString(field, WireLimits.MpInt);
        if (_log is not null && Fault is null)
            _log.Add(field, bytes);
        if (bytes.IsEmpty)
            return bytes;

        if (bytes[0] >= 0x80)
            Fail($"{field} is a negative number");
        else if (bytes[0] == 0 && (bytes.Length == 1 || bytes[1] < 0x80))
            Fail($"{field} has needless leading zeros");
        return Fault is not null ? default : bytes[0] == 0 ? bytes[1..] : bytes;
    }

    private ReadOnlySpan<byte> Take(int count, string field)
    {
        if (Fault is not null || count > _rest.Length)
        {
            Fail($"{field} needs {count} bytes, {_rest.Length} remain");
            return default;
        }

        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private uint TakeUInt32(string field) => Take(4, field) is { Length: 4 } b ? BinaryPrimitives.ReadUInt32BigEndian(b) : 0;

    private ReadOnlySpan<byte> TakeString(string field, int limit)
    {
        uint length = TakeUInt32(field);
        if (Fault is null && (length > (uint)_rest.Length || length > (uint)limit))
        {
            Fail(length > (uint)_rest.Length
                ? $"{field} says {length} bytes, {_rest.Length} remain"
                : $"{field} has {length} bytes, at most {limit} are allowed");
        }

        return Fault is null ? Take((int)length, field) : default;
    }
}
