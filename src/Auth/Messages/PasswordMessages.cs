using LucidSsh.Wire;

namespace LucidSsh.Auth;

/* RFC 4252 section 8
     byte      SSH_MSG_USERAUTH_REQUEST
     string    user name
     string    service name
     string    "password"
     boolean   FALSE; TRUE where a new password follows
     string    plaintext password (with TRUE: the old one)
     string    plaintext new password, only with TRUE */

/// <summary>A password, and perhaps the new one it is to be changed to. The spans lie in the owner's memory and are zeroed by it.</summary>
internal readonly ref struct PasswordRequest(
    string user, string service, ReadOnlySpan<byte> password, bool isChange = false, ReadOnlySpan<byte> newPassword = default)
    : IMessage<PasswordRequest>
{
    public static MessageNumber Number => MessageNumber.UserAuthRequest;

    public string User { get; } = user;

    public string Service { get; } = service;

    /// <summary>The password in UTF-8.</summary>
    public ReadOnlySpan<byte> Password { get; } = password;

    public bool IsChange { get; } = isChange;

    /// <summary>The new password in UTF-8; empty where none is set.</summary>
    public ReadOnlySpan<byte> NewPassword { get; } = newPassword;

    public static PasswordRequest Read(scoped ref SshReader reader)
    {
        (string user, string service) = UserAuthRequest.ReadHead(ref reader, LoginMethods.Password);
        bool isChange = reader.Boolean("new password follows");
        ReadOnlySpan<byte> password = reader.Secret("password", WireLimits.Password);
        ReadOnlySpan<byte> newPassword = isChange ? reader.Secret("new password", WireLimits.Password) : default;
        return new PasswordRequest(user, service, password, isChange, newPassword);
    }

    public void Write(scoped ref SshWriter writer)
    {
        UserAuthRequest.WriteHead(ref writer, User, Service, LoginMethods.Password);
        writer.Boolean(IsChange);
        writer.String(Password);
        if (IsChange)
            writer.String(NewPassword);
    }
}

/* RFC 4252 section 8
     byte      SSH_MSG_USERAUTH_PASSWD_CHANGEREQ
     string    prompt in ISO-10646 UTF-8 encoding
     string    language tag */

/// <summary>The password is right, or was, but has to be changed.</summary>
internal readonly struct UserAuthPasswdChangeReq(string prompt, string language = "") : IMessage<UserAuthPasswdChangeReq>
{
    public static MessageNumber Number => MessageNumber.UserAuthMethod60;

    public string Prompt { get; } = prompt;

    public string Language { get; } = language;

    public static UserAuthPasswdChangeReq Read(scoped ref SshReader reader) =>
        new(reader.Text("prompt"), reader.Text("language tag"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.Text(Prompt);
        writer.Text(Language);
    }
}
