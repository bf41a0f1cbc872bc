using System.Collections;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>The environment that commands get: SetEnv and SendEnv.</summary>
internal static class ConfigEnvironment
{
    public static Dictionary<string, string> Of(HostConfiguration host)
    {
        Dictionary<string, string> environment = [];
        List<string> patterns = Sent(host);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (variable is { Key: string name, Value: string value } && patterns.Exists(pattern => Wildcard.Matches(pattern, name)))
                environment[name] = value;
        }

        foreach (string assignment in host.Values("SetEnv"))
        {
            int equals = assignment.IndexOf('=', StringComparison.Ordinal);
            environment[assignment[..equals]] = assignment[(equals + 1)..]; // set wins over sent
        }

        return environment;
    }

    /// <summary>SendEnv's patterns. A minus takes back those before it that it matches.</summary>
    public static List<string> Sent(HostConfiguration host)
    {
        List<string> patterns = [];
        foreach (string word in host.Values("SendEnv"))
        {
            if (word.StartsWith('-'))
                patterns.RemoveAll(pattern => Wildcard.Matches(word[1..], pattern));
            else
                patterns.Add(word);
        }

        return patterns;
    }
}
