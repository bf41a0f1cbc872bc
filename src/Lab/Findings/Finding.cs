using System.Collections.Immutable;

namespace LucidSsh.Lab;

/// <summary>How bad a finding is, the worst last.</summary>
public enum FindingGrade
{
    /// <summary>Worth knowing.</summary>
    Note,

    /// <summary>Safe today; traffic recorded today can be read with a later quantum computer.</summary>
    NotQuantumSafe,

    /// <summary>No attack worth the name, but superseded: to be phased out.</summary>
    Legacy,

    /// <summary>Attacks are known, or it gives less than 112 bits of security.</summary>
    Weak,

    /// <summary>Can be broken in practice, or protects nothing.</summary>
    Broken,
}

/// <summary>One thing about a server, or a client, that its owner should know.</summary>
/// <param name="Code">A name that stays, for example <c>cipher.cbc</c>: docs/probe.md lists them.</param>
/// <param name="Grade">How bad it is.</param>
/// <param name="Subjects">What it is about: algorithm names, or a host key's type; empty where it is about the peer as a whole.</param>
/// <param name="Sentence">What was found, in one sentence.</param>
public sealed record Finding(string Code, FindingGrade Grade, ImmutableArray<string> Subjects, string Sentence)
{
    /// <summary>What mends it: a line of the peer's configuration where its program is known; null where nothing has to be done.</summary>
    public string? Remedy { get; init; }

    /// <summary>The RFC, CVE or advisory behind it; null where there is none.</summary>
    public string? Reference { get; init; }
}
