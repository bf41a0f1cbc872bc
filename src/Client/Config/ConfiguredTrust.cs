namespace LucidSsh.Client;

/// <summary>Whom a configuration trusts.</summary>
internal static class ConfiguredTrust
{
    /// <summary>The policy; null where nothing is said.</summary>
    public static HostKeyPolicy? Of(HostConfiguration host)
    {
        string? file = host.UserKnownHostsFiles is [var first, ..] ? first : null;
        return host.StrictHostKeyChecking switch
        {
            null when file is null => null,
            "accept-new" or "no" => HostKeyPolicy.AcceptNew(file),
            _ => HostKeyPolicy.KnownHosts(file),
        };
    }
}
