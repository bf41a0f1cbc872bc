using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>What protects one direction, and the making of its protection from derived keys.</summary>
/// <param name="Cipher">The cipher.</param>
/// <param name="Mac">The MAC; null where the cipher authenticates by itself.</param>
internal sealed record DirectionAlgorithms(Cipher Cipher, Mac? Mac)
{
    public IPacketSealer CreateSealer(KeyDerivation derivation, bool clientToServer) => (IPacketSealer)Create(derivation, clientToServer);

    public IPacketOpener CreateOpener(KeyDerivation derivation, bool clientToServer) => (IPacketOpener)Create(derivation, clientToServer);

    // RFC 4253 section 7.2: the letters say what is derived and for which direction.
    private IDisposable Create(KeyDerivation derivation, bool clientToServer)
    {
        using Secret iv = derivation.Derive(clientToServer ? 'A' : 'B', Cipher.IvLength);
        using Secret key = derivation.Derive(clientToServer ? 'C' : 'D', Cipher.KeyLength);
        if (Cipher.Construction == CipherConstruction.ChaChaPoly)
            return new ChaChaPolyProtection(key);
        if (Cipher.Construction == CipherConstruction.AesGcm)
            return new GcmProtection(key, iv);
        using Secret macKey = derivation.Derive(clientToServer ? 'E' : 'F', Mac!.KeyLength);
        ICipher cipher = Cipher.Construction switch
        {
            CipherConstruction.AesCounter => new AesCtr(key.Span, iv.Span),
            CipherConstruction.AesChaining => new AesCbcCipher(key.Span, iv.Span),
            _ => new TripleDesCbcCipher(key.Span, iv.Span),
        };
        return Mac.EncryptThenMac
            ? new EncryptThenMac(cipher, PacketMac.Create(Mac, macKey))
            : new EncryptAndMac(cipher, PacketMac.Create(Mac, macKey));
    }
}
