using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>ssh-ed25519 (RFC 8709): string type, string of 32 bytes.</summary>
internal sealed class SshEd25519PublicKey : PublicKey
{
    private readonly byte[] _point;

    private SshEd25519PublicKey(byte[] blob, byte[] point)
        : base(KeyTypes.Ed25519, blob) => _point = point;

    /// <inheritdoc />
    public override int Bits => 256;

    /// <summary>The 32 bytes of the encoded point.</summary>
    public ReadOnlySpan<byte> Point => _point;

    /// <summary>The key with this encoded point.</summary>
    public static SshEd25519PublicKey FromPoint(ReadOnlySpan<byte> point)
    {
        WireBuffer buffer = new(64);
        SshWriter writer = new(buffer);
        writer.Text(KeyTypes.Ed25519);
        writer.String(point);
        return new SshEd25519PublicKey(buffer.Written.ToArray(), point.ToArray());
    }

    /// <summary>Reads the fields after the type. Whether 32 bytes are a point is found out by what uses them: a signature under
    /// bytes that are none never verifies.</summary>
    public static SshEd25519PublicKey? Read(ReadOnlySpan<byte> blob, ref SshReader reader)
    {
        ReadOnlySpan<byte> point = ReadPoint(ref reader);
        return reader.Fault is null ? new SshEd25519PublicKey(blob.ToArray(), point.ToArray()) : null;
    }

    /// <summary>Reads the encoded point alone.</summary>
    public static ReadOnlySpan<byte> ReadPoint(ref SshReader reader)
    {
        ReadOnlySpan<byte> point = reader.String("Ed25519 public key");
        if (reader.Fault is null && point.Length != Ed25519.PublicKeyLength)
            reader.Fail($"Ed25519 public key has {point.Length} bytes, {Ed25519.PublicKeyLength} are expected");
        return point;
    }

    private protected override bool VerifySignature(HashName hash, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        signature.Length == Ed25519.SignatureLength && Ed25519.Verify(_point, data, signature);
}

/// <summary>The private half: the seed of RFC 8032 section 5.1.5.</summary>
internal sealed class SshEd25519PrivateKey : PrivateKey
{
    private readonly Secret _seed;
    private readonly SshEd25519PublicKey _public;

    private SshEd25519PrivateKey(Secret seed, SshEd25519PublicKey publicKey)
        : base(publicKey) => (_seed, _public) = (seed, publicKey);

    /// <summary>The 32 secret bytes.</summary>
    public ReadOnlySpan<byte> Seed => _seed.Span;

    /// <summary>The key that belongs to <paramref name="seed"/> (copied).</summary>
    public static SshEd25519PrivateKey FromSeed(ReadOnlySpan<byte> seed)
    {
        Span<byte> point = stackalloc byte[Ed25519.PublicKeyLength];
        Ed25519.DerivePublicKey(seed, point);
        return new SshEd25519PrivateKey(new Secret(seed), SshEd25519PublicKey.FromPoint(point));
    }

    /// <summary>A new key.</summary>
    public static SshEd25519PrivateKey Generate(IRandomSource random)
    {
        using Secret seed = new(Ed25519.SeedLength);
        random.Fill(seed.Span);
        return FromSeed(seed.Span);
    }

    /// <inheritdoc cref="PrivateKey.ReadFields" />
    public static new SshEd25519PrivateKey? ReadFields(ref SshReader reader)
    {
        ReadOnlySpan<byte> point = reader.String("Ed25519 public key");
        ReadOnlySpan<byte> both = reader.String("Ed25519 private key");
        if (reader.Fault is null && both.Length != Ed25519.SeedLength + Ed25519.PublicKeyLength)
            reader.Fail($"Ed25519 private key has {both.Length} bytes, 64 are expected");
        if (reader.Fault is not null)
            return null;

        SshEd25519PrivateKey key = FromSeed(both[..Ed25519.SeedLength]);
        if (point.SequenceEqual(key._public.Point) && both[Ed25519.SeedLength..].SequenceEqual(point))
            return key;
        key.Dispose();
        reader.Fail("Ed25519 private key does not belong to its public key");
        return null;
    }

    /// <inheritdoc />
    internal override void WriteFields(SshWriter writer)
    {
        writer.Text(KeyTypes.Ed25519);
        writer.String(_public.Point);
        writer.UInt32(Ed25519.SeedLength + Ed25519.PublicKeyLength);
        writer.Bytes(_seed.Span);
        writer.Bytes(_public.Point);
    }

    private protected override void WriteSignature(HashName hash, ReadOnlySpan<byte> data, IRandomSource random, SshWriter writer)
    {
        ObjectDisposedException.ThrowIf(_seed.Length == 0, this);
        Ed25519.Sign(_seed.Span, _public.Point, data, writer.Buffer.Extend(Ed25519.SignatureLength));
        GC.KeepAlive(_seed);
    }

    private protected override void ZeroSecrets() => _seed.Dispose();
}
