namespace LucidSsh.Wire;

/// <summary>OpenSSH's patterns: * for any run of characters, ? for one; without regard to case unless asked for. The time is linear in the
/// product of both lengths at worst, and both are short.</summary>
internal static class Wildcard
{
    public static bool Matches(string pattern, string text, bool ignoresCase = true)
    {
        int p = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && (pattern[p] == '?' || (pattern[p] != '*' && IsSame(pattern[p], text[t], ignoresCase))))
            {
                p++;
                t++;
            }
            else if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = t;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(p).TrimStart('*').IsEmpty;
    }

    private static bool IsSame(char one, char other, bool ignoresCase) =>
        one == other || (ignoresCase && char.ToLowerInvariant(one) == char.ToLowerInvariant(other));
}
