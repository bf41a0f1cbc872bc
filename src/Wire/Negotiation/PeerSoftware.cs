namespace LucidSsh.Wire;

/// <summary>The program behind an identification line, as far as the line tells.</summary>
/// <param name="Name">Its name, for example <c>OpenSSH</c>.</param>
/// <param name="Version">Its version; null where the line has none.</param>
/// <param name="Comments">What follows the first blank of the line, for example the distribution's package; null where nothing does.</param>
/// <param name="Note">What to know about it, or null.</param>
public sealed record PeerSoftware(string Name, string? Version, string? Comments, string? Note)
{
    /// <summary>The date of the table of known programs.</summary>
    public static string TableDate => KnownSoftware.Date;

    /// <summary>Recognises an identification line (RFC 4253 section 4.2).</summary>
    /// <returns>Null for a line of a program that is not known.</returns>
    public static PeerSoftware? Recognise(string? identificationLine) =>
        identificationLine is null ? null : KnownSoftware.Recognise(identificationLine);

    /// <summary>Name and version.</summary>
    public override string ToString() => Version is null ? Name : $"{Name} {Version}";
}
