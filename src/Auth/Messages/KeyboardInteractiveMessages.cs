using System.Collections.Immutable;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/* RFC 4256 section 3.1
     byte      SSH_MSG_USERAUTH_REQUEST
     string    user name
     string    service name
     string    "keyboard-interactive"
     string    language tag
     string    submethods */

/// <summary>Asks the server to ask.</summary>
internal readonly ref struct KeyboardInteractiveRequest(string user, string service, string language = "", string submethods = "")
    : IMessage<KeyboardInteractiveRequest>
{
    public static MessageNumber Number => MessageNumber.UserAuthRequest;

    public string User { get; } = user;

    public string Service { get; } = service;

    public string Language { get; } = language;

    /// <summary>A hint which means of the server is wanted, for example <c>pam</c>; mostly empty.</summary>
    public string Submethods { get; } = submethods;

    public static KeyboardInteractiveRequest Read(scoped ref SshReader reader)
    {
        (string user, string service) = UserAuthRequest.ReadHead(ref reader, LoginMethods.KeyboardInteractive);
        return new KeyboardInteractiveRequest(user, service, reader.Text("language tag"), reader.Text("submethods"));
    }

    public void Write(scoped ref SshWriter writer)
    {
        UserAuthRequest.WriteHead(ref writer, User, Service, LoginMethods.KeyboardInteractive);
        writer.Text(Language);
        writer.Text(Submethods);
    }
}

/* RFC 4256 section 3.2
     byte      SSH_MSG_USERAUTH_INFO_REQUEST
     string    name (ISO-10646 UTF-8)
     string    instruction (ISO-10646 UTF-8)
     string    language tag
     int       num-prompts
     string    prompt[1] (ISO-10646 UTF-8)
     boolean   echo[1]
     ... */

/// <summary>One round of questions; it may have none and serve to show its instruction.</summary>
internal readonly struct UserAuthInfoRequest(string name, string instruction, ImmutableArray<InteractivePrompt> prompts, string language = "")
    : IMessage<UserAuthInfoRequest>
{
    public static MessageNumber Number => MessageNumber.UserAuthMethod60;

    public string Name { get; } = name;

    public string Instruction { get; } = instruction;

    public ImmutableArray<InteractivePrompt> Prompts { get; } = prompts;

    public string Language { get; } = language;

    public static UserAuthInfoRequest Read(scoped ref SshReader reader)
    {
        string name = reader.Text("name");
        string instruction = reader.Text("instruction");
        string language = reader.Text("language tag");
        uint count = reader.UInt32("num-prompts");
        if (count > WireLimits.Prompts)
            reader.Fail($"num-prompts is {count}, at most {WireLimits.Prompts} are allowed");
        ImmutableArray<InteractivePrompt>.Builder prompts = ImmutableArray.CreateBuilder<InteractivePrompt>();
        for (uint i = 0; i < count && reader.Fault is null; i++)
            prompts.Add(new InteractivePrompt(reader.Text("prompt"), reader.Boolean("echo")));
        return new UserAuthInfoRequest(name, instruction, prompts.ToImmutable(), language);
    }

    public void Write(scoped ref SshWriter writer)
    {
        writer.Text(Name);
        writer.Text(Instruction);
        writer.Text(Language);
        writer.UInt32((uint)Prompts.Length);
        foreach (InteractivePrompt prompt in Prompts)
        {
            writer.Text(prompt.Text);
            writer.Boolean(prompt.Echo);
        }
    }
}

/* RFC 4256 section 3.4
     byte      SSH_MSG_USERAUTH_INFO_RESPONSE
     int       num-responses
     string    response[1] (ISO-10646 UTF-8)
     ... */

/// <summary>The answers to one round, in the order of its prompts. What was read is disposed of by the reader.</summary>
internal readonly struct UserAuthInfoResponse(ImmutableArray<Secret> responses) : IMessage<UserAuthInfoResponse>, IDisposable
{
    public static MessageNumber Number => MessageNumber.UserAuthMethod61;

    public ImmutableArray<Secret> Responses { get; } = responses;

    public static UserAuthInfoResponse Read(scoped ref SshReader reader)
    {
        uint count = reader.UInt32("num-responses");
        if (count > WireLimits.Prompts)
            reader.Fail($"num-responses is {count}, at most {WireLimits.Prompts} are allowed");
        ImmutableArray<Secret>.Builder responses = ImmutableArray.CreateBuilder<Secret>();
        for (uint i = 0; i < count && reader.Fault is null; i++)
            responses.Add(new Secret(reader.Secret("response", WireLimits.Password)));
        return new UserAuthInfoResponse(responses.ToImmutable());
    }

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32((uint)Responses.Length);
        foreach (Secret response in Responses)
            writer.String(response.Span);
    }

    public void Dispose()
    {
        foreach (Secret response in Responses)
            response.Dispose();
    }
}
