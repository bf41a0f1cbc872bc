using System.Security.Cryptography;
using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

public sealed class SystemRandomTests
{
    [Fact]
    public void Fill_AnyLength_FillsAllOfIt()
    {
        // In 24 fills of n bytes no position stays zero, but with a chance of 2^-192.
        foreach (int length in (int[])[1, 16, 31, 32, 33, 223, 224, 225, 5000])
        {
            byte[] seen = new byte[length], bytes = new byte[length + 1];
            for (int i = 0; i < 24; i++)
            {
                SystemRandom.Shared.Fill(bytes.AsSpan(0, length));
                for (int j = 0; j < length; j++)
                {
                    seen[j] |= bytes[j];
                }
                Assert.Equal(0, bytes[length]);
            }
            Assert.DoesNotContain((byte)0, seen);
        }
        SystemRandom.Shared.Fill([]);
    }

    [Fact]
    public void Fill_ManyTimes_NeverRepeats()
    {
        HashSet<Guid> seen = [];
        for (int i = 0; i < 100_000; i++)
        {
            byte[] bytes = new byte[16];
            SystemRandom.Shared.Fill(bytes);
            Assert.True(seen.Add(new Guid(bytes)));
        }
    }

    [Fact]
    public void Fill_MuchOutput_HasEvenBits()
    {
        byte[] bytes = new byte[1 << 20];
        SystemRandom.Shared.Fill(bytes);
        long ones = bytes.Sum(value => (long)byte.PopCount(value));
        // 8 Mi fair coins: the standard deviation is 1448; ten of them.
        Assert.InRange(ones, (4L << 20) - 14_480, (4L << 20) + 14_480);
    }

    [Fact]
    public void Fill_FromManyThreads_NeverGivesTheSameBytesTwice()
    {
        HashSet<Guid>[] seen = [.. Enumerable.Range(0, 8).Select(_ => new HashSet<Guid>())];
        Parallel.For(0, 8, thread =>
        {
            byte[] bytes = new byte[16];
            for (int i = 0; i < 5000; i++)
            {
                SystemRandom.Shared.Fill(bytes);
                seen[thread].Add(new Guid(bytes));
            }
        });
        Assert.Equal(40_000, seen.SelectMany(set => set).Distinct().Count());
    }

    [Fact]
    public void Fill_AfterAMebibyteOrTenMinutes_SeedsAgain()
    {
        int seeds = 0;
        long now = 1000;
        SystemRandom random = new(seed => { seeds++; Assert.Equal(48, seed.Length); seed.Fill(7); }, () => now);
        byte[] bytes = new byte[1 << 16];
        Assert.Equal(0, seeds);
        random.Fill(bytes);
        Assert.Equal(1, seeds);
        for (int i = 0; i < 15; i++)
        {
            random.Fill(bytes);
        }
        Assert.Equal(1, seeds);
        random.Fill(bytes);
        Assert.Equal(2, seeds);
        now += 10 * 60 * 1000 - 1;
        random.Fill(bytes);
        Assert.Equal(2, seeds);
        now += 1;
        random.Fill(bytes);
        Assert.Equal(3, seeds);
    }

    // The GUIDs mixed in keep two generators apart even where the system's randomness is stuck.
    [Fact]
    public void Fill_SameSeedTwice_DiffersAllTheSame()
    {
        byte[] first = new byte[32], second = new byte[32];
        new SystemRandom(seed => seed.Clear(), () => 0).Fill(first);
        new SystemRandom(seed => seed.Clear(), () => 0).Fill(second);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void Fill_SystemGivesNothing_ThrowsEveryTimeAndWritesNothing()
    {
        SystemRandom random = new(_ => throw new CryptographicException("no randomness"), () => 0);
        byte[] bytes = new byte[32];
        for (int i = 0; i < 3; i++)
        {
            Assert.Throws<CryptographicException>(() => random.Fill(bytes));
            Assert.All(bytes, value => Assert.Equal(0, value));
        }
    }

    [Fact]
    public void ReadDevice_ShortOrMissing_ThrowsWithTheRemedy()
    {
        byte[] bytes = new byte[16];
        CryptographicException missing = Assert.Throws<CryptographicException>(
            () => OperatingSystemRandomness.ReadDevice("/nonexistent/urandom", bytes));
        Assert.Contains("/nonexistent/urandom", missing.Message, StringComparison.Ordinal);
        string empty = Path.GetTempFileName();
        try
        {
            Assert.Throws<CryptographicException>(() => OperatingSystemRandomness.ReadDevice(empty, bytes));
        }
        finally
        {
            File.Delete(empty);
        }
    }

    [Fact]
    public void ReadDevice_Urandom_FillsAll()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // there is no such device there, and it is never read
        }
        byte[] first = new byte[32], second = new byte[32];
        OperatingSystemRandomness.ReadDevice("/dev/urandom", first);
        OperatingSystemRandomness.ReadDevice("/dev/urandom", second);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void Fill_OnceUnderWay_AllocatesNothing()
    {
        byte[] bytes = new byte[100];
        SystemRandom random = new();
        random.Fill(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            random.Fill(bytes);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
