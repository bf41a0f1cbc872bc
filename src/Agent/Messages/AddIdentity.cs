using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Agent;

/* RFC 9987
     byte      SSH_AGENTC_ADD_IDENTITY
     string    key type
     byte[]    key contents: CertifiedKey
     string    comment */

/// <summary>Hold this key. Whoever reads one owns the key.</summary>
internal readonly record struct AddIdentity(PrivateKey Key, Certificate? Certificate, string Comment) : IAgentMessage<AddIdentity>
{
    public static AgentMessageNumber Number => AgentMessageNumber.AddIdentity;

    public static AddIdentity Read(scoped ref SshReader reader)
    {
        PrivateKey? key = CertifiedKey.Read(ref reader, out Certificate? certificate);
        string comment = reader.Text("comment", AgentLimits.Comment);
        if (!reader.Complete())
            key?.Dispose(); // a key out of a message that is refused does not stay in memory
        return new AddIdentity(key!, certificate, comment);
    }

    public void Write(scoped ref SshWriter writer)
    {
        CertifiedKey.Write(ref writer, Key, Certificate);
        writer.Text(Comment);
    }
}

/* RFC 9987
     byte      SSH_AGENTC_ADD_ID_CONSTRAINED
     string    key type
     byte[]    key contents: CertifiedKey
     string    comment
     constraint[] constraints */

/// <summary>Hold this key under constraints. Whoever reads one owns the key.</summary>
internal readonly record struct AddIdConstrained(PrivateKey Key, Certificate? Certificate, string Comment, AgentConstraints Constraints)
    : IAgentMessage<AddIdConstrained>
{
    public static AgentMessageNumber Number => AgentMessageNumber.AddIdConstrained;

    public static AddIdConstrained Read(scoped ref SshReader reader)
    {
        PrivateKey? key = CertifiedKey.Read(ref reader, out Certificate? certificate);
        string comment = reader.Text("comment", AgentLimits.Comment);
        AgentConstraints constraints = AgentConstraints.Read(ref reader);
        if (!reader.Complete())
            key?.Dispose();
        return new AddIdConstrained(key!, certificate, comment, constraints);
    }

    public void Write(scoped ref SshWriter writer)
    {
        CertifiedKey.Write(ref writer, Key, Certificate);
        writer.Text(Comment);
        Constraints.Write(ref writer);
    }
}
