namespace LucidSsh.Crypto;

/// <summary>Certificates of one authority, or of any, that are revoked by serial number or by key id. It takes as much memory as the list it
/// was read from: ranges stay ranges and bitmaps stay bitmaps.</summary>
internal sealed class RevokedCertificates
{
    private readonly List<(ulong Minimum, ulong Maximum)> _ranges = [];
    private readonly List<(ulong Offset, byte[] Bits)> _bitmaps = [];
    private readonly HashSet<string> _keyIds = new(StringComparer.Ordinal);

    /// <summary>Every serial from the first to the last, both included.</summary>
    public void AddRange(ulong minimum, ulong maximum) => _ranges.Add((minimum, maximum));

    /// <summary>A serial for each bit that is set: <paramref name="offset"/> for the last byte's lowest bit and so on upwards.</summary>
    public void AddBitmap(ulong offset, ReadOnlySpan<byte> bits) => _bitmaps.Add((offset, bits.ToArray()));

    /// <summary>Every certificate of this key id.</summary>
    public void AddKeyId(string keyId) => _keyIds.Add(keyId);

    /// <summary>Ends the adding, and comes before the first question: puts the ranges in order and joins those that touch.</summary>
    public void Seal()
    {
        _ranges.Sort();
        int kept = 0;
        for (int i = 0; i < _ranges.Count; i++)
        {
            (ulong minimum, ulong maximum) = _ranges[i];
            if (kept > 0 && (minimum <= _ranges[kept - 1].Maximum || minimum == _ranges[kept - 1].Maximum + 1))
                _ranges[kept - 1] = (_ranges[kept - 1].Minimum, Math.Max(maximum, _ranges[kept - 1].Maximum));
            else
                _ranges[kept++] = (minimum, maximum);
        }

        _ranges.RemoveRange(kept, _ranges.Count - kept);
    }

    /// <summary>Why a certificate is revoked, as the end of a sentence; null where it is not. Serial 0 is no number: it is what certificates
    /// have that nobody numbered.</summary>
    public string? Find(Certificate certificate)
    {
        if (_keyIds.Contains(certificate.KeyId))
            return "its key id is on the list";
        return certificate.Serial != 0 && (IsInRange(certificate.Serial) || IsInBitmap(certificate.Serial)) ? "its serial is on the list" : null;
    }

    private bool IsInRange(ulong serial)
    {
        int low = 0, high = _ranges.Count - 1;
        while (low <= high)
        {
            int middle = low + (high - low) / 2;
            if (serial < _ranges[middle].Minimum)
                high = middle - 1;
            else if (serial > _ranges[middle].Maximum)
                low = middle + 1;
            else
                return true;
        }

        return false;
    }

    private bool IsInBitmap(ulong serial)
    {
        foreach ((ulong offset, byte[] bits) in _bitmaps)
        {
            if (serial < offset || (serial - offset) / 8 >= (ulong)bits.Length)
                continue;
            int bit = (int)(serial - offset);
            if ((bits[^(bit / 8 + 1)] >> (bit % 8) & 1) != 0)
                return true;
        }

        return false;
    }
}
