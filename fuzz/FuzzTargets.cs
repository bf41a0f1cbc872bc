namespace LucidSsh.Fuzz;

/// <summary>Every target.</summary>
public static class FuzzTargets
{
    /// <summary>All of them, in the order of <c>fuzz list</c>.</summary>
    public static IReadOnlyList<IFuzzTarget> All { get; } =
    [
        new MessagesTarget(),
        new IdentificationTarget(),
        new PacketsTarget(),
        new KexTarget(Transport.TransportRole.Server),
        new KexTarget(Transport.TransportRole.Client),
        new KeyFileTarget(),
        new KnownHostsTarget(),
        new AuthorizedKeysTarget(),
        new AgentTarget(),
        new CertificateTarget(),
        new RevocationListTarget(),
    ];

    /// <summary>The target of a name, or null.</summary>
    public static IFuzzTarget? Find(string name) => All.FirstOrDefault(target => target.Name == name);
}
