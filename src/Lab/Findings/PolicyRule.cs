namespace LucidSsh.Lab;

/// <summary>What a policy says about algorithms of a list.</summary>
/// <param name="List">The list: <c>kex</c>, <c>hostkey</c>, <c>cipher</c>, <c>mac</c> or <c>compression</c>.</param>
/// <param name="Pattern">Names, with <c>*</c> and <c>?</c> as wildcards.</param>
/// <param name="Code">The code of the finding.</param>
/// <param name="Grade">Its grade.</param>
/// <param name="Why">What is wrong with them: the end of "ciphers that …".</param>
/// <param name="Reference">The RFC, CVE or advisory behind it, or null.</param>
public sealed record PolicyRule(string List, string Pattern, string Code, FindingGrade Grade, string Why, string? Reference = null);

/// <summary>Sizes in bits below which a key or a group is found fault with.</summary>
/// <param name="Broken">Below it can be broken.</param>
/// <param name="Weak">Below it gives less than 112 bits of security.</param>
/// <param name="Legacy">Below it gives less than 128 bits of security.</param>
public sealed record SizeLimits(int Broken, int Weak, int Legacy)
{
    /// <summary>The grade of a size; null where it is large enough.</summary>
    internal FindingGrade? Grade(int bits) =>
        bits < Broken ? FindingGrade.Broken
        : bits < Weak ? FindingGrade.Weak
        : bits < Legacy ? FindingGrade.Legacy
        : null;
}
