using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/* RFC 4462 section 3.2
     byte      SSH_MSG_USERAUTH_REQUEST
     string    user name (in ISO-10646 UTF-8 encoding)
     string    service name (in US-ASCII)
     string    "gssapi-with-mic" (US-ASCII method name)
     uint32    n, the number of mechanism OIDs client supports
     string[n] mechanism OIDs, in DER */

/// <summary>The mechanisms of the GSS-API the client can prove its user with, the preferred one first.</summary>
internal readonly struct GssApiRequest(string user, string service, ImmutableArray<ReadOnlyMemory<byte>> mechanisms) : IMessage<GssApiRequest>
{
    private const int MaxMechanisms = 64;

    public static MessageNumber Number => MessageNumber.UserAuthRequest;

    public string User { get; } = user;

    public string Service { get; } = service;

    public ImmutableArray<ReadOnlyMemory<byte>> Mechanisms { get; } = mechanisms;

    public static GssApiRequest Read(scoped ref SshReader reader)
    {
        (string user, string service) = UserAuthRequest.ReadHead(ref reader, LoginMethods.GssApiWithMic);
        uint count = reader.UInt32("number of mechanisms");
        if (count > MaxMechanisms)
            reader.Fail($"number of mechanisms is {count}, at most {MaxMechanisms} are allowed");
        ImmutableArray<ReadOnlyMemory<byte>>.Builder mechanisms = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        for (uint i = 0; i < count && reader.Fault is null; i++)
            mechanisms.Add(reader.String("mechanism", WireLimits.UserName).ToArray());
        return new GssApiRequest(user, service, mechanisms.ToImmutable());
    }

    public void Write(scoped ref SshWriter writer)
    {
        UserAuthRequest.WriteHead(ref writer, User, Service, LoginMethods.GssApiWithMic);
        writer.UInt32((uint)Mechanisms.Length);
        foreach (ReadOnlyMemory<byte> mechanism in Mechanisms)
            writer.String(mechanism.Span);
    }
}

/* RFC 4462 section 3.3
     byte      SSH_MSG_USERAUTH_GSSAPI_RESPONSE
     string    selected mechanism OID */

/// <summary>The mechanism the server chose.</summary>
internal readonly ref struct UserAuthGssApiResponse(ReadOnlySpan<byte> mechanism) : IMessage<UserAuthGssApiResponse>
{
    public static MessageNumber Number => MessageNumber.UserAuthMethod60;

    public ReadOnlySpan<byte> Mechanism { get; } = mechanism;

    public static UserAuthGssApiResponse Read(scoped ref SshReader reader) => new(reader.String("selected mechanism", WireLimits.UserName));

    public void Write(scoped ref SshWriter writer) => writer.String(Mechanism);
}

/* RFC 4462 section 3.4
     byte      SSH_MSG_USERAUTH_GSSAPI_TOKEN
     string    data returned from either GSS_Init_sec_context() or GSS_Accept_sec_context() */

/// <summary>A token of the security context, in either direction.</summary>
internal readonly ref struct UserAuthGssApiToken(ReadOnlySpan<byte> token) : IMessage<UserAuthGssApiToken>
{
    public static MessageNumber Number => MessageNumber.UserAuthMethod61;

    public ReadOnlySpan<byte> Token { get; } = token;

    public static UserAuthGssApiToken Read(scoped ref SshReader reader) => new(reader.String("token", WireLimits.KeyBlob));

    public void Write(scoped ref SshWriter writer) => writer.String(Token);
}

/* RFC 4462 section 3.8
     byte      SSH_MSG_USERAUTH_GSSAPI_ERROR
     uint32    major_status
     uint32    minor_status
     string    message
     string    language tag */

/// <summary>What went wrong at the server, in words; FAILURE follows.</summary>
internal readonly record struct UserAuthGssApiError(uint MajorStatus, uint MinorStatus, string Text, string Language = "")
    : IMessage<UserAuthGssApiError>
{
    public static MessageNumber Number => GssApiNumbers.Error;

    public static UserAuthGssApiError Read(scoped ref SshReader reader) => new(
        reader.UInt32("major_status"), reader.UInt32("minor_status"), reader.Text("message"), reader.Text("language tag"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(MajorStatus);
        writer.UInt32(MinorStatus);
        writer.Text(Text);
        writer.Text(Language);
    }
}

/* RFC 4462 section 3.9
     byte      SSH_MSG_USERAUTH_GSSAPI_ERRTOK
     string    error token */

/// <summary>The error as a token of the mechanism; FAILURE follows.</summary>
internal readonly ref struct UserAuthGssApiErrorToken(ReadOnlySpan<byte> token) : IMessage<UserAuthGssApiErrorToken>
{
    public static MessageNumber Number => GssApiNumbers.ErrorToken;

    public ReadOnlySpan<byte> Token { get; } = token;

    public static UserAuthGssApiErrorToken Read(scoped ref SshReader reader) => new(reader.String("error token", WireLimits.KeyBlob));

    public void Write(scoped ref SshWriter writer) => writer.String(Token);
}

/* RFC 4462 section 3.5
     byte      SSH_MSG_USERAUTH_GSSAPI_MIC
     string    MIC */

/// <summary>The end of the exchange: the context's integrity code over <see cref="DataToSign"/>, which ties it to this session.</summary>
internal readonly ref struct UserAuthGssApiMic(ReadOnlySpan<byte> mic) : IMessage<UserAuthGssApiMic>
{
    public static MessageNumber Number => GssApiNumbers.Mic;

    public ReadOnlySpan<byte> Mic { get; } = mic;

    public static UserAuthGssApiMic Read(scoped ref SshReader reader) => new(reader.String("MIC", WireLimits.KeyBlob));

    public void Write(scoped ref SshWriter writer) => writer.String(Mic);

    /* RFC 4462 section 3.5
         string    session identifier
         byte      SSH_MSG_USERAUTH_REQUEST
         string    user name
         string    service
         string    "gssapi-with-mic" */

    /// <summary>What the integrity code is over.</summary>
    public static byte[] DataToSign(ReadOnlySpan<byte> sessionId, string user, string service)
    {
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        writer.String(sessionId);
        writer.Byte((byte)MessageNumber.UserAuthRequest);
        UserAuthRequest.WriteHead(ref writer, user, service, LoginMethods.GssApiWithMic);
        return buffer.Written.ToArray();
    }
}

/// <summary>The method's numbers beyond 60 and 61 (RFC 4462 section 8).</summary>
internal static class GssApiNumbers
{
    public const MessageNumber Error = (MessageNumber)64;
    public const MessageNumber ErrorToken = (MessageNumber)65;
    public const MessageNumber Mic = (MessageNumber)66;
}
