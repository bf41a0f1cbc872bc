namespace LucidSsh.Client;

/// <summary>Whom a configuration trusts.</summary>
internal static class ConfiguredTrust
{
    /// <summary>The policy; null where nothing is said.</summary>
    public static HostKeyPolicy? Of(HostConfiguration host)
    {
        // Nothing may pass that the file would have stopped.
        if (host.RevokedHostKeys is not null)
            throw host.Value("RevokedHostKeys")!.Place.Unusable("RevokedHostKeys is set, and this version cannot check it", "Mark the keys @revoked in the known_hosts file, and take the line out.");
        string? file = host.UserKnownHostsFiles is [var first, ..] ? first : null;
        return host.StrictHostKeyChecking switch
        {
            null when file is null => null,
            "accept-new" or "no" => HostKeyPolicy.AcceptNew(file),
            _ => HostKeyPolicy.KnownHosts(file),
        };
    }
}
