using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/* RFC 4252 section 5.1
     byte         SSH_MSG_USERAUTH_FAILURE
     name-list    authentications that can continue
     boolean      partial success */

/// <summary>The request did not complete the login. With partial success it was accepted as one factor, and another is wanted.</summary>
internal readonly struct UserAuthFailure(ImmutableArray<string> canContinue, bool partialSuccess) : IMessage<UserAuthFailure>
{
    public static MessageNumber Number => MessageNumber.UserAuthFailure;

    public ImmutableArray<string> CanContinue { get; } = canContinue;

    public bool PartialSuccess { get; } = partialSuccess;

    public static UserAuthFailure Read(scoped ref SshReader reader) =>
        new(reader.NameList("authentications that can continue"), reader.Boolean("partial success"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.NameList(CanContinue);
        writer.Boolean(PartialSuccess);
    }
}

/* RFC 4252 section 5.1
     byte      SSH_MSG_USERAUTH_SUCCESS */

/// <summary>The login is complete.</summary>
internal readonly struct UserAuthSuccess : IMessage<UserAuthSuccess>
{
    public static MessageNumber Number => MessageNumber.UserAuthSuccess;

    public static UserAuthSuccess Read(scoped ref SshReader reader) => default;

    public void Write(scoped ref SshWriter writer)
    {
    }
}

/* RFC 4252 section 5.4
     byte      SSH_MSG_USERAUTH_BANNER
     string    message in ISO-10646 UTF-8 encoding
     string    language tag */

/// <summary>Text the server wants shown before the login; it may come at any time until the login is complete.</summary>
internal readonly struct UserAuthBanner(string message, string language = "") : IMessage<UserAuthBanner>
{
    public static MessageNumber Number => MessageNumber.UserAuthBanner;

    public string Message { get; } = message;

    public string Language { get; } = language;

    public static UserAuthBanner Read(scoped ref SshReader reader) =>
        new(reader.Text("message"), reader.Text("language tag"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.Text(Message);
        writer.Text(Language);
    }
}
