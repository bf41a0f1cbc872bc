using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Agent;

/* RFC 9987
     byte      SSH_AGENTC_ADD_IDENTITY
     string    key type
     byte[]    key contents: as in an OpenSSH private key file
     string    comment */

/// <summary>Hold this key. Whoever reads one owns the key.</summary>
internal readonly record struct AddIdentity(PrivateKey Key, string Comment) : IAgentMessage<AddIdentity>
{
    public static AgentMessageNumber Number => AgentMessageNumber.AddIdentity;

    public static AddIdentity Read(scoped ref SshReader reader)
    {
        PrivateKey? key = PrivateKey.ReadFields(ref reader);
        string comment = reader.Text("comment", AgentLimits.Comment);
        AddedKey.DisposeAfterFault(ref reader, key);
        return new AddIdentity(key!, comment);
    }

    public void Write(scoped ref SshWriter writer)
    {
        Key.WriteFields(writer);
        writer.Text(Comment);
    }
}

/* RFC 9987
     byte      SSH_AGENTC_ADD_ID_CONSTRAINED
     string    key type
     byte[]    key contents
     string    comment
     constraint[] constraints */

/// <summary>Hold this key under constraints.</summary>
internal readonly record struct AddIdConstrained(PrivateKey Key, string Comment, AgentConstraints Constraints) : IAgentMessage<AddIdConstrained>
{
    public static AgentMessageNumber Number => AgentMessageNumber.AddIdConstrained;

    public static AddIdConstrained Read(scoped ref SshReader reader)
    {
        PrivateKey? key = PrivateKey.ReadFields(ref reader);
        string comment = reader.Text("comment", AgentLimits.Comment);
        AgentConstraints constraints = AgentConstraints.Read(ref reader);
        AddedKey.DisposeAfterFault(ref reader, key);
        return new AddIdConstrained(key!, comment, constraints);
    }

    public void Write(scoped ref SshWriter writer)
    {
        Key.WriteFields(writer);
        writer.Text(Comment);
        Constraints.Write(ref writer);
    }
}

/// <summary>What the two have in common.</summary>
internal static class AddedKey
{
    /// <summary>A key out of a message that is refused does not stay in memory.</summary>
    public static void DisposeAfterFault(scoped ref SshReader reader, PrivateKey? key)
    {
        if (!reader.Complete())
            key?.Dispose();
    }
}
