namespace LucidSsh.Client;

/// <summary>Whom a configuration trusts.</summary>
internal static class ConfiguredTrust
{
    private static readonly string[] Keywords =
        ["StrictHostKeyChecking", "UserKnownHostsFile", "GlobalKnownHostsFile", "HostKeyAlias", "HashKnownHosts", "UpdateHostKeys", "RevokedHostKeys", "CASignatureAlgorithms"];

    /// <summary>The policy; null where nothing is said and nobody can be asked.</summary>
    public static HostKeyPolicy? Of(HostConfiguration host)
    {
        HostKeyAsker? asker = host.BatchMode ? null : host.Configuration.Options.HostKeyAsker;
        if (asker is null && Keywords.All(keyword => host.Value(keyword) is null))
            return null;
        KnownHostsOptions options = Options(host, new KnownHostsOptions());
        return host.StrictHostKeyChecking switch
        {
            "accept-new" or "no" => HostKeyPolicy.AcceptNew(options),
            null or "ask" when asker is not null => HostKeyPolicy.Ask(asker, options),
            _ => HostKeyPolicy.KnownHosts(options),
        };
    }

    private static KnownHostsOptions Options(HostConfiguration host, KnownHostsOptions defaults) => defaults with
    {
        Files = host.UserKnownHostsFiles is { } files ? [.. files] : defaults.Files,
        GlobalFiles = host.GlobalKnownHostsFiles is { } global ? [.. global] : defaults.GlobalFiles,
        HostKeyAlias = host.HostKeyAlias ?? defaults.HostKeyAlias,
        HashNames = host.HashKnownHosts,
        RevokedHostKeys = host.RevokedHostKeys ?? defaults.RevokedHostKeys,
        UpdateHostKeys = host.UpdateHostKeys switch { "yes" => true, null => defaults.UpdateHostKeys, _ => false },
        AuthorityAlgorithms = ConfiguredAlgorithms.Signatures(host, "CASignatureAlgorithms", defaults.AuthorityAlgorithms),
    };
}
