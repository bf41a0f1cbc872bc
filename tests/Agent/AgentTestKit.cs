using System.Security.Cryptography;
using System.Text;
using LucidSsh.Agent;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Agent;

/// <summary>Keys and sessions for the tests of agents.</summary>
internal static class AgentTestKit
{
    private static readonly Lazy<string> Rsa = new(() =>
    {
        using RSA made = RSA.Create(2048);
        return made.ExportRSAPrivateKeyPem();
    });

    public static byte[] Data { get; } = "what is to be signed"u8.ToArray();

    /// <summary>A new key of its own; RSA is the same always.</summary>
    public static PrivateKey NewKey(string type = "ssh-ed25519", string comment = "")
    {
        PrivateKey key = type == "ssh-rsa" ? KeyFile.ReadPrivate(Encoding.ASCII.GetBytes(Rsa.Value)) : PrivateKey.Generate(type);
        key.Comment = comment;
        return key;
    }

    /// <summary>The authority of the tests' certificates.</summary>
    public static PrivateKey Authority { get; } = PrivateKey.Generate("ssh-ed25519");

    /// <summary>A user's certificate for the key, or a host's.</summary>
    public static Certificate Certify(PrivateKey key, string principal = "alice", CertificateKind kind = CertificateKind.User) =>
        new CertificateRequest(key.PublicKey, kind) { KeyId = "of a test", Principals = [principal] }.Sign(Authority);

    /// <summary>A host's proof that it takes part in the session <paramref name="sessionId"/>.</summary>
    public static byte[] Bind(PrivateKey host, byte[] sessionId, bool isForwarding = false, Certificate? certificate = null) =>
        new SessionBind((certificate?.Blob ?? host.PublicKey.Blob).Span, sessionId, host.Sign(host.PublicKey.SignatureAlgorithms[0], sessionId, SystemRandom.Shared), isForwarding).ToArray();

    /// <summary>What a login signs.</summary>
    public static byte[] LoginData(PublicKey key, byte[] sessionId, string user, PublicKey? hostKey = null)
    {
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        writer.String(sessionId);
        writer.Byte(50);
        writer.Text(user);
        writer.Text("ssh-connection");
        writer.Text(hostKey is null ? "publickey" : "publickey-hostbound-v00@openssh.com");
        writer.Boolean(true);
        writer.Text(key.SignatureAlgorithms[0]);
        writer.String(key.Blob.Span);
        if (hostKey is not null)
            writer.String(hostKey.Blob.Span);
        return buffer.Written.ToArray();
    }

    /// <summary>The data of restrict-destination-v00@openssh.com: from a host (null: this machine) to a host, as a user (empty: any).</summary>
    public static AgentConstraints To(params (PublicKey? From, PublicKey To, string User)[] steps)
    {
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        int all = writer.BeginString();
        foreach ((PublicKey? from, PublicKey to, string user) in steps)
        {
            int step = writer.BeginString();
            WriteHop(writer, "", from);
            WriteHop(writer, user, to);
            writer.Text("");
            writer.EndString(step);
        }

        writer.EndString(all);
        return new AgentConstraints { Extensions = [new AgentConstraintExtension(DestinationConstraints.ExtensionName, buffer.Written.ToArray())] };
    }

    private static void WriteHop(SshWriter writer, string user, PublicKey? key)
    {
        int hop = writer.BeginString();
        writer.Text(user);
        writer.Text(key is null ? "" : key.Equals(Authority.PublicKey) ? "www.example" : "a-host");
        writer.Text("");
        if (key is not null)
        {
            writer.String(key.Blob.Span);
            writer.Boolean(key.Equals(Authority.PublicKey));
        }

        writer.EndString(hop);
    }
}
