namespace LucidSsh.Sftp;

/// <summary>How much of a file is done from its beginning without a gap, while its pieces are done in any order.</summary>
internal sealed class ContiguousPrefix(long start)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, long> _beyond = []; // offset to end of pieces behind a gap; bounded by the requests in flight

    /// <summary>Bytes done from the beginning without a gap.</summary>
    public long Length { get; private set; } = start;

    /// <summary>A piece is done.</summary>
    public void Add(long offset, long end, Action<long>? onProgress)
    {
        lock (_gate)
        {
            _beyond[offset] = end;
            long before = Length;
            while (_beyond.Count > 0)
            {
                (long first, long firstEnd) = _beyond.First();
                if (first > Length)
                    break;
                _beyond.Remove(first);
                Length = Math.Max(Length, firstEnd);
            }

            if (Length > before)
                onProgress?.Invoke(Length);
        }
    }
}
