using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>What a Match line may ask.</summary>
internal enum MatchSubject
{
#pragma warning disable CS1591, SA1602 // the manual's words
    All,
    Canonical,
    Final,
    Host,
    OriginalHost,
    User,
    LocalUser,
    Tagged,
    Exec,
#pragma warning restore CS1591, SA1602
}

/// <summary>One condition of a Match line.</summary>
/// <param name="Subject">What is asked.</param>
/// <param name="Negated">It is met where the answer is no.</param>
/// <param name="Argument">Patterns with commas, or the command; empty where the subject has none.</param>
internal sealed record MatchCondition(MatchSubject Subject, bool Negated, string Argument)
{
    private static readonly (string Name, MatchSubject Subject, bool HasArgument)[] Names =
    [
        ("all", MatchSubject.All, false), ("canonical", MatchSubject.Canonical, false), ("final", MatchSubject.Final, false),
        ("host", MatchSubject.Host, true), ("originalhost", MatchSubject.OriginalHost, true), ("user", MatchSubject.User, true),
        ("localuser", MatchSubject.LocalUser, true), ("tagged", MatchSubject.Tagged, true), ("exec", MatchSubject.Exec, true),
    ];

    /// <summary>Reads the conditions of a line.</summary>
    /// <exception cref="LocalMisuseException">They are none.</exception>
    public static ImmutableArray<MatchCondition> Parse(ConfigPlace place, IReadOnlyList<string> words)
    {
        ImmutableArray<MatchCondition>.Builder conditions = ImmutableArray.CreateBuilder<MatchCondition>();
        for (int i = 0; i < words.Count; i++)
        {
            // Since OpenSSH 9.9 an argument may hang on its name by an equals sign.
            string word = words[i];
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            string? argument = equals < 0 ? null : word[(equals + 1)..];
            bool negated = word.StartsWith('!');
            string name = (equals < 0 ? word : word[..equals]).TrimStart('!');
            (string Name, MatchSubject Subject, bool HasArgument) row = Names.FirstOrDefault(row => row.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (row.Name is null)
                throw place.Unusable($"Match knows no condition \"{TerminalText.OneLine(name, 60)}\"", $"It knows {string.Join(", ", Names.Select(known => known.Name))}.");
            if (row.HasArgument)
                argument ??= ++i < words.Count ? words[i] : null;
            if (row.HasArgument == string.IsNullOrEmpty(argument))
                throw place.Unusable(row.HasArgument ? $"the condition {row.Name} of Match wants an argument" : $"the condition {row.Name} of Match has no argument");
            conditions.Add(new MatchCondition(row.Subject, negated, argument ?? ""));
        }

        if (conditions.Count == 0)
            throw place.Unusable("Match has no condition", "Write Match all for every connection.");
        if (conditions.Any(condition => condition.Subject == MatchSubject.All) && !IsAllAlone(conditions))
            throw place.Unusable("the condition all of Match stands alone, or right behind canonical or final");
        return conditions.ToImmutable();
    }

    private static bool IsAllAlone(IReadOnlyList<MatchCondition> conditions) => conditions switch
    {
        [{ Negated: false }] => true,
        [{ Subject: MatchSubject.Canonical or MatchSubject.Final }, { Subject: MatchSubject.All, Negated: false }] => true,
        _ => false,
    };
}
